import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { safeText } from '../../../local/safe-text.ts';
import { CommandError } from '../../core/command-error.ts';
import { decodeExportedLetter, type ExportedLetter } from '../../dead-letters/exported-letter.ts';

/** A letter and the line it stands on, counted from 1. */
export interface LetterLine {
  readonly line: number;
  readonly letter: ExportedLetter;
}

export interface Survey {
  /** Lines of the letters to be run, in the file's order. */
  readonly lines: readonly number[];
  /** Further copies of an event that is among them. */
  readonly copies: number;
  readonly invalid: readonly InvalidLine[];
  /** Letters of the whole file. */
  readonly letters: number;
}

export interface InvalidLine {
  readonly line: number;
  readonly problem: string;
}

export interface SurveyOptions {
  /** svix-ids or message ids; empty: all. */
  readonly only: readonly string[];
  readonly limit?: number;
  readonly signal: AbortSignal;
}

/**
 * Reads the whole export once without keeping it: what is wrong with it is known before anything runs.
 *
 * @throws {CommandError} when the file cannot be read
 */
export async function surveyLetters(path: string, options: SurveyOptions): Promise<Survey> {
  const { only, limit = Number.POSITIVE_INFINITY } = options;
  const events = new Set<string>();
  const lines: number[] = [];
  const invalid: InvalidLine[] = [];
  let copies = 0;
  let letters = 0;
  for await (const { line, text } of nonEmptyLines(path, options.signal)) {
    const letter = tryDecode(text);
    if ('problem' in letter) {
      invalid.push({ line, problem: letter.problem });
      continue;
    }
    letters += 1;
    const { event_id: eventId, message_id: messageId, body } = letter;
    if (only.length > 0 && !only.some((id) => id === eventId || id === messageId)) continue;
    // As dead letters are folded everywhere: one without a svix-id stands for itself.
    const key = createHash('sha256')
      .update(`${eventId ?? messageId}\n${body}`)
      .digest('base64');
    if (events.has(key)) copies += 1;
    else if (events.size < limit) {
      events.add(key);
      lines.push(line);
    }
  }
  return { lines, copies, invalid, letters };
}

/** The letters of these lines, one after the other: an export may be larger than the memory. */
export async function* lettersOf(
  path: string,
  lines: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<LetterLine> {
  const wanted = new Set(lines);
  for await (const { line, text } of nonEmptyLines(path, signal)) {
    if (wanted.delete(line)) yield { line, letter: decodeExportedLetter(text) };
    if (wanted.size === 0) return;
  }
}

async function* nonEmptyLines(path: string, signal: AbortSignal) {
  const input = createReadStream(path, { encoding: 'utf8', signal });
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      // Some editors put a byte order mark before the first line.
      const content = text.replace(/^\uFEFF/, '').trim();
      if (content !== '') yield { line, text: content };
    }
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`cannot read ${safeText(path)} (${code ?? String(error)})`, { cause: error });
  } finally {
    input.destroy();
  }
}

function tryDecode(text: string): ExportedLetter | { readonly problem: string } {
  try {
    return decodeExportedLetter(text);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { problem: error.message };
  }
}
