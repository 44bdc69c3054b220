/** `signal` aborts this long before the function's deadline, so that a slow handler fails alone. */
export const HANDLER_MARGIN_MS = 5_000;
/** The lease outlives the function's deadline by this much, for clock skew between workers. */
export const LEASE_SKEW_MS = 5_000;
/** Room for claim, validation and start-up, beside the handler's own time, in the consumer's timeout. */
export const CLAIM_MARGIN_SECONDS = 5;

export const INGEST_TIMEOUT_SECONDS = 10;
export const QUEUE_RETENTION_SECONDS = 7 * 24 * 60 * 60;
export const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 60 * 60;
/** Backstop only: the retry budget is counted in the ledger. */
export const MAX_RECEIVE_COUNT = 50;
/** A retry that would end closer than this to the message's expiry is not awaited. */
export const RETENTION_MARGIN_SECONDS = 60 * 60;
/** SQS allows 12 h from the receive; one hour is left for the attempt itself. */
export const MAX_VISIBILITY_SECONDS = 11 * 60 * 60;

export const DEFAULT_MAX_ATTEMPTS = 12;
export const DEFAULT_BACKOFF_BASE_SECONDS = 10;
export const DEFAULT_BACKOFF_CAP_SECONDS = 15 * 60;
export const DEFAULT_HANDLER_TIMEOUT_SECONDS = 25;
