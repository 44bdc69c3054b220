import { isRecord, type JsonRecord } from '../json.ts';
import type { InvocationOutcome } from '../runtime/sandbox.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** An answer of the gateway itself. */
function gatewayAnswer(status: number, message: string): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

export const BAD_REQUEST = gatewayAnswer(400, 'Bad Request');
export const FORBIDDEN = gatewayAnswer(403, 'Forbidden');
export const NOT_FOUND = gatewayAnswer(404, 'Not Found');
export const TOO_LARGE = gatewayAnswer(413, 'Request Entity Too Large');
export const HEADERS_TOO_LARGE = gatewayAnswer(431, 'Request Header Fields Too Large');
export const VERSION_NOT_SUPPORTED = gatewayAnswer(505, 'HTTP Version Not Supported');
export const FUNCTION_FAILED = gatewayAnswer(500, 'Internal Server Error');
/** Of a function URL. */
export const URL_FUNCTION_FAILED = gatewayAnswer(502, 'Internal Server Error');
export const TIMED_OUT = gatewayAnswer(503, 'Service Unavailable');

/** A function's result as payload format 2.0 reads it: without a `statusCode` the whole result is the body. */
export function toHttpAnswer(outcome: InvocationOutcome, failed = FUNCTION_FAILED): HttpAnswer {
  if (!outcome.ok) return failed;
  const result: unknown = JSON.parse(outcome.payload);
  if (!isRecord(result) || result['statusCode'] === undefined) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(typeof result === 'string' ? result : outcome.payload),
    };
  }
  const status = Number(result['statusCode']);
  if (!Number.isInteger(status) || status < 100 || status > 599) return failed;
  return { status, headers: headersOf(result), body: bodyOf(result) };
}

function headersOf(result: JsonRecord): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = { 'content-type': 'text/plain;charset=UTF-8' };
  const given = isRecord(result['headers']) ? result['headers'] : {};
  for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = String(value);
  if (Array.isArray(result['cookies'])) headers['set-cookie'] = result['cookies'].map(String);
  return headers;
}

function bodyOf(result: JsonRecord): Buffer {
  const { body } = result;
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') return Buffer.from(JSON.stringify(body));
  return Buffer.from(body, result['isBase64Encoded'] === true ? 'base64' : 'utf8');
}
