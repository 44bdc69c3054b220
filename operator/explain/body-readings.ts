import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { parseJson } from '../../local/json.ts';
import type { Capture } from './capture.ts';
import { jsonReadings } from './json-readings.ts';
import type { Alteration, BodyCause, Reading } from './reading.ts';

/** API Gateway takes no larger body. */
const MAX_BYTES = 10 * 1024 * 1024;

/** The body as it stands, then as it may have been sent, what changes least first; lazily, since it may be large. */
export function* bodyReadings(capture: Capture): Generator<Reading<Buffer>> {
  const wholes = [...recoded(capture)];
  for (const reading of wholes) yield reading;
  for (const reading of wholes) yield* edgeReadings(reading);
  for (const reading of wholes) yield* jsonReadings(reading);
}

/** The whole body in another encoding; that in which it stands comes first. */
function* recoded({ body, undecodedBody }: Capture): Generator<Reading<Buffer>> {
  yield { value: body, alterations: [] };
  const guess = (cause: BodyCause, value: Buffer | undefined) =>
    value === undefined || value.equals(body) ? [] : [{ value, alterations: [{ cause }] as const }];
  if (undecodedBody !== undefined) yield* guess('body-base64-decoded-twice', Buffer.from(undecodedBody));
  const text = utf8(body);
  yield* guess('body-base64-not-decoded', text === undefined ? undefined : base64Bytes(text));
  if (body.length > 0) yield* guess('body-base64-decoded-twice', Buffer.from(body.toString('base64')));
  yield* guess('body-json-in-string', text === undefined ? undefined : jsonString(text));
  for (const decompress of [gunzipSync, inflateSync, brotliDecompressSync]) {
    yield* guess('body-compressed', decompressed(body, decompress));
  }
  if (text !== undefined) {
    yield* guess('body-charset', singleBytes(text));
    yield* guess('body-charset', windows1252(text));
    for (const form of ['NFC', 'NFD'] as const)
      yield* guess('body-unicode-form', Buffer.from(text.normalize(form)));
  } else {
    yield* guess('body-charset', Buffer.from(body.toString('latin1')));
  }
}

/** What editors, shells and templates do to the ends of a text and to its lines. */
function* edgeReadings({ value: body, alterations }: Reading<Buffer>): Generator<Reading<Buffer>> {
  const guess = (cause: BodyCause, value: Buffer): Reading<Buffer> => ({
    value,
    alterations: [...alterations, { cause }],
  });
  // One byte is one character, so that no byte is lost on the way to text and back.
  const text = body.toString('latin1');
  const bytes = (changed: string) => Buffer.from(changed, 'latin1');
  const lines = [
    ['body-line-ends', text.replaceAll('\r\n', '\n')],
    ['body-line-ends', text.replace(/\r?\n/g, '\r\n')],
  ] as const;
  const ends = [
    ['body-newline-added', text.replace(/\r?\n$/, '')],
    ['body-newline-removed', `${text}\n`],
    ['body-newline-removed', `${text}\r\n`],
    ['body-bom-added', text.replace(/^\xef\xbb\xbf/, '')],
    ['body-bom-removed', `\xef\xbb\xbf${text}`],
    ['body-white-space', text.trim()],
    ['body-white-space', `${text} `],
    ['body-white-space', ` ${text}`],
    ['body-white-space', `\n${text}`],
    ['body-white-space', `\n${text}\n`],
  ] as const;
  for (const [cause, changed] of [...lines, ...ends]) {
    if (changed !== text) yield guess(cause, bytes(changed));
  }
  // A file with Windows line ends has one at its end too, and an editor may have added that one.
  for (const [lineCause, line] of lines) {
    for (const [endCause, changed] of [
      ['body-newline-added', line.replace(/\r?\n$/, '')],
      ['body-newline-removed', `${line}\n`],
      ['body-newline-removed', `${line}\r\n`],
    ] as const) {
      if (line === text || changed === line) continue;
      const both: readonly Alteration[] = [...alterations, { cause: lineCause }, { cause: endCause }];
      yield { value: bytes(changed), alterations: both };
    }
  }
}

function utf8(body: Buffer): string | undefined {
  const text = body.toString('utf8');
  return Buffer.from(text).equals(body) ? text : undefined;
}

function base64Bytes(text: string): Buffer | undefined {
  const bare = text.replace(/\s+/g, '');
  if (bare.length < 4 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(bare)) return undefined;
  return Buffer.from(bare, 'base64');
}

function jsonString(text: string): Buffer | undefined {
  const parsed = parseJson(text);
  return typeof parsed === 'string' ? Buffer.from(parsed) : undefined;
}

function decompressed(
  body: Buffer,
  decompress: (body: Buffer, options: { maxOutputLength: number }) => Buffer,
): Buffer | undefined {
  try {
    return decompress(body, { maxOutputLength: MAX_BYTES });
  } catch {
    return undefined;
  }
}

/** UTF-8 that was read as Latin-1 and written as UTF-8 again. */
function singleBytes(text: string): Buffer | undefined {
  return /^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : undefined;
}

const BYTE_OF_WINDOWS_1252: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [
    new TextDecoder('windows-1252').decode(Uint8Array.of(byte)),
    byte,
  ]),
);

/** The same with Windows' own table. */
function windows1252(text: string): Buffer | undefined {
  const bytes: number[] = [];
  for (const character of text) {
    const byte = BYTE_OF_WINDOWS_1252.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}
