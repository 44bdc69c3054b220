import { resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { CommandContext } from '../../cli/context.ts';
import { CommandError, UsageError } from '../../core/command-error.ts';
import { readInput } from '../../core/read-input.ts';
import { type Capture, collectHeaders } from '../../explain/capture.ts';
import { readCapture } from '../../explain/read-capture.ts';
import { headerOf } from '../../explain/read-http-capture.ts';
import type { ExplainOptions } from './explain-options.ts';

/** API Gateway takes no larger request; in base64 and as JSON it is larger. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * The request that file or options hold.
 *
 * @throws {CommandError} when it cannot be read
 * @throws {UsageError} when `--header` is no header
 */
export async function captureOf(
  file: string | undefined,
  { header, body, bodyFile }: ExplainOptions,
  { directory, signal }: CommandContext,
  input: Readable,
): Promise<Capture> {
  if (file === '-') return readCapture(await bytesOfStream(addAbortSignal(signal, input)));
  if (file !== undefined) return readCapture(await readInput(resolve(directory, file)));
  return {
    format: 'flags',
    ...collectHeaders(header.map(headerOption)),
    body: bodyFile === undefined ? Buffer.from(body ?? '') : await readInput(resolve(directory, bodyFile)),
  };
}

function headerOption(text: string): readonly [string, string] {
  const header = headerOf(text);
  if (header === undefined) throw new UsageError('--header takes "name: value"');
  return header;
}

async function bytesOfStream(input: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of input) {
    const buffer = Buffer.from(piece);
    bytes += buffer.length;
    if (bytes > MAX_BYTES) throw new CommandError('standard input holds more than any request');
    pieces.push(buffer);
  }
  return Buffer.concat(pieces);
}
