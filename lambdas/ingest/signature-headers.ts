import { AnswerCode } from '../contract/http.ts';
import { EVENT_ID_PATTERN } from '../contract/message.ts';

/** Header names in lower case, as payload format 2.0 gives them. */
export type Headers = Readonly<Record<string, string | undefined>>;

export interface SignatureHeaders {
  readonly id: string;
  /** Digits only, no leading zero. */
  readonly timestamp: string;
  readonly signature: string;
}

export interface HeaderProblem {
  readonly code: typeof AnswerCode.MISSING_HEADERS | typeof AnswerCode.INVALID_HEADERS;
  /** For the log; holds the header's name, never its value. */
  readonly reason: string;
}

const FAMILIES = ['svix', 'webhook'] as const;
const FIELDS = ['id', 'timestamp', 'signature'] as const;
/** Strict: `parseInt` would take `123abc`, and `Number` would take `0x10` and `1e9`. */
const TIMESTAMP_PATTERN = /^(?:0|[1-9]\d{0,14})$/;

/**
 * The three signature headers, under Svix's names or under those of Standard Webhooks. One family at a time:
 * a request with any `svix-*` name is read by those alone, so that nobody can complete a captured set of one
 * family with a header of the other.
 */
export function readSignatureHeaders(headers: Headers): SignatureHeaders | HeaderProblem {
  const family = FAMILIES.find((name) => FIELDS.some((field) => headers[`${name}-${field}`] !== undefined));
  const read = (field: string) => headers[`${family ?? FAMILIES[0]}-${field}`] ?? '';
  const missing = FIELDS.find((field) => read(field) === '');
  if (missing !== undefined) {
    return { code: AnswerCode.MISSING_HEADERS, reason: `missing-${family ?? FAMILIES[0]}-${missing}` };
  }
  const found = { id: read('id'), timestamp: read('timestamp'), signature: read('signature') };
  if (!EVENT_ID_PATTERN.test(found.id)) {
    return { code: AnswerCode.INVALID_HEADERS, reason: `malformed-${family}-id` };
  }
  if (!TIMESTAMP_PATTERN.test(found.timestamp)) {
    return { code: AnswerCode.INVALID_HEADERS, reason: `malformed-${family}-timestamp` };
  }
  return found;
}
