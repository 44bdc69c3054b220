/** Path of the one route. */
export const WEBHOOK_PATH = '/webhooks';

/** Stable `code` of an ingest answer; also the value of the rejection metric's dimension. */
export const AnswerCode = {
  ACCEPTED: 'accepted',
  MISSING_HEADERS: 'missing-headers',
  INVALID_HEADERS: 'invalid-headers',
  INVALID_SIGNATURE: 'invalid-signature',
  SOURCE_NOT_ALLOWED: 'source-not-allowed',
  BODY_TOO_LARGE: 'body-too-large',
  NOT_CONFIGURED: 'not-configured',
  UNAVAILABLE: 'unavailable',
} as const;
export type AnswerCode = (typeof AnswerCode)[keyof typeof AnswerCode];

/** Body of every answer. It never holds a detail that would help a forger. */
export interface AnswerBody {
  readonly message: string;
  readonly code: AnswerCode;
  readonly request_id: string;
}

/** Clock tolerance of the signature's timestamp, both ways, in seconds. Standard Webhooks and Svix use the same. */
export const TIMESTAMP_TOLERANCE_SECONDS = 300;
