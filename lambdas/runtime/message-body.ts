import { BODY_ENCODING_BASE64 } from '../contract/message.ts';

export interface EncodedBody {
  /** What goes into the message's body; never empty. */
  readonly text: string;
  /** Value of the attribute `body-encoding`; absent when the body travels as it is. */
  readonly encoding?: typeof BODY_ENCODING_BASE64;
}

/**
 * What SQS refuses is everything but #x9, #xA, #xD, #x20–#xD7FF, #xE000–#xFFFD and #x10000–#x10FFFF:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * Text that came of UTF-8 holds surrogates in pairs only, so that they can be looked at one by one.
 */
const REFUSED_CHARACTERS = /[^\t\n\r -\uFFFD]/;

/** SQS refuses an empty body, and this decodes to no byte at all. */
const EMPTY_BASE64 = '=';

/** `fatal`, so that no byte is replaced; `ignoreBOM` keeps a byte order mark, which is part of what was signed. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function asText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Bytes as an SQS message body; {@link decodeBody} gives back exactly these bytes.
 *
 * @param known - the same bytes as well-formed text, where they are at hand
 */
export function encodeBody(bytes: Uint8Array, known?: string): EncodedBody {
  const text = known ?? asText(bytes);
  if (text !== undefined && text !== '' && !REFUSED_CHARACTERS.test(text)) {
    return { text };
  }
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return { text: base64 === '' ? EMPTY_BASE64 : base64, encoding: BODY_ENCODING_BASE64 };
}

/** @param encoding - value of the message's attribute `body-encoding`, when it has one */
export function decodeBody(text: string, encoding?: string): Buffer {
  return Buffer.from(text, encoding === BODY_ENCODING_BASE64 ? 'base64' : 'utf8');
}
