import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type AnswerBody, AnswerCode } from '../contract/http.ts';

/** Svix heeds it within once to twice the delay that it has planned, which is 5 s at first. */
const RETRY_AFTER_SECONDS = 5;

interface AnswerForm {
  readonly status: number;
  /** Says nothing that helps a forger: one text for every way in which a signature can be wrong. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const FORMS: Readonly<Record<AnswerCode, AnswerForm>> = {
  [AnswerCode.ACCEPTED]: { status: 200, message: 'accepted' },
  [AnswerCode.MISSING_HEADERS]: { status: 400, message: 'a signature header is missing' },
  [AnswerCode.INVALID_HEADERS]: { status: 400, message: 'a signature header is malformed' },
  [AnswerCode.INVALID_SIGNATURE]: { status: 401, message: 'the signature does not verify' },
  [AnswerCode.SOURCE_NOT_ALLOWED]: { status: 403, message: 'this source may not call' },
  [AnswerCode.BODY_TOO_LARGE]: {
    status: 413,
    message: 'the body is too large to be queued',
    // Hosted Svix stops retrying this message: no retry would make it smaller. Its open-source server goes on.
    headers: { 'webhook-delivery': 'abort-message' },
  },
  [AnswerCode.NOT_CONFIGURED]: { status: 500, message: 'the signing secret is not configured' },
  [AnswerCode.UNAVAILABLE]: {
    status: 503,
    message: 'temporarily unavailable, try again',
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  },
};

/** As an HTTP API answers what no route matches. */
export const NOT_FOUND: APIGatewayProxyStructuredResultV2 = {
  statusCode: 404,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Not Found"}',
};

/** The HTTP answer to an outcome. */
export function toAnswer(code: AnswerCode, requestId: string): APIGatewayProxyStructuredResultV2 {
  const { status, message, headers } = FORMS[code];
  const body: AnswerBody = { message, code, request_id: requestId };
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
