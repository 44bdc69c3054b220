/** The ledger's partition key: the svix-id. There is no sort key. */
export const LEDGER_KEY = 'event_id';
/** TTL attribute, epoch seconds. */
export const LEDGER_TTL_ATTRIBUTE = 'expires_at';

/** Sparse index of what failed. The dead-letter queue is the truth, the index a hint. */
export const FAILURES_INDEX = 'failures';
/** Partition key of the index: `RETRYING#n` or `DEAD#n`, n below {@link FAILURE_SHARDS}. */
export const FAILURES_INDEX_KEY = 'failure_bucket';
/** Sort key of the index, epoch milliseconds (number). */
export const FAILURES_INDEX_SORT_KEY = 'failed_at_ms';
/** Shards, so that a mass failure does not throttle the index and with it the table. */
export const FAILURE_SHARDS = 4;
/** Attributes projected into the index beside the keys. */
export const FAILURES_INDEX_PROJECTION = [
  'event_type',
  'customer_id',
  'provider_name',
  'connection_id',
  'attempts_total',
  'status',
] as const;

/** Svix keeps payloads for resending for 90 days; a record must outlive every resend. */
export const DEFAULT_LEDGER_RETENTION_DAYS = 100;
/** Main queue 7 days + dead-letter queue 14 days + 1: below it a redriven event could have lost its record. */
export const MIN_LEDGER_RETENTION_DAYS = 22;
