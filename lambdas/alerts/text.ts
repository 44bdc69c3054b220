import type { AlertFact } from './message.ts';

/** SNS: ASCII without control characters, "less than 100 characters long" (API reference of Publish). */
const MAX_SUBJECT_CHARACTERS = 99;
const CUT_MARK = '...';
/** The longest label, its colon and a space. */
const LABEL_CHARACTERS = 12;

/** A subject that SNS accepts, whatever the payload held. It must start with a letter of the caller's. */
export function alertSubject(text: string): string {
  const ascii = text
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/gu, '?')
    .trim();
  return ascii.length <= MAX_SUBJECT_CHARACTERS
    ? ascii
    : `${ascii.slice(0, MAX_SUBJECT_CHARACTERS - CUT_MARK.length)}${CUT_MARK}`;
}

/** One line of at most `maxCharacters` and the mark of a cut: a payload must not write lines of its own. */
export function oneLine(value: string, maxCharacters = 512): string {
  return cut(printable(value).replace(/\s+/g, ' ').trim(), maxCharacters);
}

/** Several lines, of at most `maxCharacters` and the mark of a cut together. */
export function severalLines(value: string, maxCharacters: number): string {
  return cut(printable(value).trim(), maxCharacters);
}

/** A line for each fact; further lines of a value are indented, so that they stay apart from the labels. */
export function factLines(facts: readonly AlertFact[]): string {
  return facts
    .map(([label, value]) => `${`${label}:`.padEnd(LABEL_CHARACTERS)}${value.replace(/\s*\n/g, '\n    ')}`)
    .join('\n');
}

function cut(value: string, maxCharacters: number): string {
  return value.length <= maxCharacters
    ? value
    : // A cut may leave half of a surrogate pair, the only one (`printable`).
      `${value.slice(0, maxCharacters).replace(/\p{Surrogate}/u, '')}${CUT_MARK}`;
}

/** Without control characters but line feed and tab, and without halves of surrogate pairs. */
function printable(value: string): string {
  return value
    .replace(/\r\n?|[\u{2028}\u{2029}]/gu, '\n')
    .replace(/\p{Surrogate}/gu, '\u{FFFD}')
    .replace(/[^\P{Control}\n\t]/gu, ' ');
}
