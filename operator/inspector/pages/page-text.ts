import { formatDuration, formatUtc } from '../../cli/format-time.ts';

/** `3 min ago`, or `in 3 min`. */
export function ageText(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs;
  if (Math.abs(ms) < 1_000) return 'just now';
  return ms > 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`;
}

/** `2026-11-23 21:05:01 UTC`. */
export function utcText(atMs: number): string {
  return `${formatUtc(atMs).slice(0, 19)} UTC`;
}

/** Longer text is cut: a page stays readable, and whole bytes can be downloaded. */
const MAX_CHARACTERS = 64 * 1024;

/**
 * Text of several lines from a payload or a stack. Control characters and those that turn the direction of
 * writing are shown by their code points: hidden, they could make a text read as another.
 */
export function visibleText(text: string, maxCharacters = MAX_CHARACTERS): string {
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text;
  return cut
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replace(/[\p{Bidi_Control}\p{Control}]/gu, (character) =>
      /[\n\t]/.test(character) ? character : codePoint(character),
    );
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
