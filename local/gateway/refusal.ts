import type { IncomingMessage } from 'node:http';
import {
  BAD_REQUEST,
  HEADERS_TOO_LARGE,
  type HttpAnswer,
  TOO_LARGE,
  VERSION_NOT_SUPPORTED,
} from './http-answer.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Request line and header values together; same page. */
export const MAX_HEADER_BYTES = 10_240;

/**
 * The answer to a request that is refused by its head alone, before its body is read. What is not HTTP at all, or
 * has two lengths (request smuggling), Node's parser has refused before.
 */
export function refusalOf(request: IncomingMessage): HttpAnswer | undefined {
  // Node's parser lets `HTTP/0.9` and `HTTP/2.0` pass, written as text.
  if (request.httpVersionMajor !== 1) return VERSION_NOT_SUPPORTED;
  // RFC 9112, 3.2: whoever stands in front may have read the other one.
  if (headerValues(request, 'host').length > 1) return BAD_REQUEST;
  if (headerBytes(request) > MAX_HEADER_BYTES) return HEADERS_TOO_LARGE;
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return TOO_LARGE;
  return undefined;
}

function headerValues({ rawHeaders }: IncomingMessage, wanted: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === wanted);
}

/** Node gives head bytes as Latin-1: one character, one byte. */
function headerBytes({ method, url, httpVersion, rawHeaders }: IncomingMessage): number {
  const requestLine = `${method} ${url} HTTP/${httpVersion}`;
  return rawHeaders.reduce(
    (bytes, text, index) => (index % 2 === 1 ? bytes + text.length : bytes),
    requestLine.length,
  );
}
