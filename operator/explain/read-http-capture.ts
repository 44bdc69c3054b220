import { CommandError } from '../core/command-error.ts';
import { type Capture, collectHeaders } from './capture.ts';

const REQUEST_LINE = /^[A-Z]{3,10} \S+(?: HTTP\/\d(?:\.\d)?)?$/;
const HEADER_LINE = /^:?([!#$%&'*+.^_`|~\w-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/;

/**
 * A raw HTTP request: a request line if there is one, headers, an empty line, then the body to the last byte.
 *
 * @throws {CommandError} naming the line that is no header
 */
export function readHttpCapture(bytes: Buffer): Capture {
  const headers: (readonly [string, string])[] = [];
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = bytes.indexOf('\n', start);
    const stop = end === -1 ? bytes.length : end;
    const text = bytes.toString('latin1', start, stop).replace(/\r$/, '');
    start = stop + 1;
    if (text === '' || end === -1) {
      if (text !== '') headers.push(headerAt(line, text));
      return { format: 'http', ...collectHeaders(headers), body: dechunked(bytes.subarray(start), headers) };
    }
    if (line === 1 && REQUEST_LINE.test(text)) continue;
    headers.push(headerAt(line, text));
  }
}

/** One header, `name: value`; undefined when it is none. */
export function headerOf(text: string): readonly [string, string] | undefined {
  const [, name, value] = HEADER_LINE.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** A capture holds signatures, so its text is not repeated. */
function headerAt(line: number, text: string): readonly [string, string] {
  const header = headerOf(text);
  if (header !== undefined) return header;
  throw new CommandError(
    `line ${line} of the capture is no header (name: value): a capture has headers, an empty line, then the body`,
  );
}

/** A capture of the wire holds the body in chunks; what was signed is without them. */
function dechunked(body: Buffer, headers: readonly (readonly [string, string])[]): Buffer {
  const isChunked = headers.some(
    ([name, value]) => name.toLowerCase() === 'transfer-encoding' && /\bchunked\b/i.test(value),
  );
  if (!isChunked) return body;
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const [, size] = /^([\da-f]{1,8})(?:;.*)?$/i.exec(body.toString('latin1', at, Math.max(at, end))) ?? [];
    // Saved by a tool that joined the chunks and kept the header: the body is as it stands.
    if (end === -1 || size === undefined) return body;
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + bytes));
    at = end + 2 + bytes + 2;
  }
}
