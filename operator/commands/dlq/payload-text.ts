import { BODY_ENCODING_BASE64, MessageAttribute } from '../../../lambdas/contract/message.ts';
import { safeText } from '../../../local/safe-text.ts';
import { formatCount } from '../../cli/command-text.ts';
import { inPieces } from '../../cli/wrap-text.ts';
import { prettyJson } from '../../core/pretty-json.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { letterBytes } from '../../dead-letters/read-letter.ts';

/** More of a payload is seldom read on a terminal. */
const MAX_CHARACTERS = 4_096;
const COLUMNS = 80;

/** The payload for people: what it is, then its lines. Whole and unbroken when `full`. */
export function payloadLines(letter: DeadLetter, full: boolean): readonly string[] {
  const bytes = letterBytes(letter);
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  const pretty = prettyJson(text);
  const shown = pretty ?? (isText ? text : bytes.toString('base64'));
  const kind = pretty !== undefined ? 'JSON, indented' : isText ? 'not JSON' : 'not UTF-8, shown in base64';
  const encoded = letter.attributes[MessageAttribute.BODY_ENCODING]?.StringValue === BODY_ENCODING_BASE64;
  const cut = !full && shown.length > MAX_CHARACTERS;
  const heading = [
    `Payload     ${formatCount(bytes.length)} bytes, ${kind}`,
    ...(encoded ? ['base64 on the queue'] : []),
    ...(cut ? ['the first 4 KB; --full shows all'] : []),
  ].join('; ');
  // A payload is hostile text: no control character of it reaches the terminal.
  const lines = (cut ? shown.slice(0, MAX_CHARACTERS) : shown)
    .split(/\r?\n/)
    .map((line) => safeText(line, line.length));
  return [
    heading,
    ...(full ? lines : lines.flatMap((line) => inPieces(line, COLUMNS))),
    ...(cut ? ['…'] : []),
  ];
}
