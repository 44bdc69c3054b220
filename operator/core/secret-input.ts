import process from 'node:process';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import { UsageError } from './command-error.ts';

/** Secrets Manager keeps 64 KiB; more is no secret. */
const MAX_CHARACTERS = 65_536;

/** Where a secret is typed or piped in. */
export interface SecretStreams {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** For the question; standard output carries results alone. */
  readonly output: Writable;
}

export function processStreams(): SecretStreams {
  return { input: process.stdin, output: process.stderr };
}

/**
 * Asks for a secret without showing it. Undefined when the answer is Ctrl-C: a prompt takes the keyboard, so no
 * signal comes.
 */
export async function askSecret(
  { input, output }: SecretStreams,
  message: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Only who is asked waits for the library to load.
  const { password } = await import('@clack/prompts');
  const answer = await password({ message, input, output, signal });
  return typeof answer === 'string' ? answer : undefined;
}

/** Asks what shall become of the stored secrets; undefined when the answer is Ctrl-C. */
export async function chooseMode(
  { input, output }: SecretStreams,
  signal: AbortSignal,
): Promise<'add' | 'replace' | undefined> {
  const { select } = await import('@clack/prompts');
  const answer = await select({
    message: 'A secret is stored already',
    options: [
      { value: 'add' as const, label: 'keep it beside the new one', hint: 'rotation' },
      { value: 'replace' as const, label: 'replace it' },
    ],
    input,
    output,
    signal,
  });
  return typeof answer === 'string' ? answer : undefined;
}

/**
 * What is piped in, to its end.
 *
 * @throws {UsageError} when that is nothing, or too much
 * @throws {Error} named AbortError when the signal aborts
 */
export async function readPiped({ input }: SecretStreams, signal: AbortSignal): Promise<string> {
  addAbortSignal(signal, input);
  let text = '';
  for await (const piece of input.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > MAX_CHARACTERS) throw new UsageError('standard input holds more than any secret');
  }
  if (text.trim() === '')
    throw new UsageError('standard input is empty: pipe the secret in, or run it in a terminal');
  return text;
}
