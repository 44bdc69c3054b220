/**
 * Names of the environment variables that the stack sets and the functions read. Numbers are written as
 * decimal text; each name carries its unit.
 */
export const IngestEnvironment = {
  QUEUE_URL: 'QUEUE_URL',
  /** ARN (or name) of the Secrets Manager secret that holds the signing secrets. */
  SIGNING_SECRET_ID: 'SIGNING_SECRET_ID',
  /** Comma-separated addresses or CIDR blocks; absent when any source may call. */
  ALLOWED_SOURCES: 'ALLOWED_SOURCES',
} as const;

export const ConsumerEnvironment = {
  QUEUE_URL: 'QUEUE_URL',
  DEAD_LETTER_QUEUE_URL: 'DEAD_LETTER_QUEUE_URL',
  LEDGER_TABLE_NAME: 'LEDGER_TABLE_NAME',
  ALERT_TOPIC_ARN: 'ALERT_TOPIC_ARN',
  /** Attempts of one event before it is dead-lettered. */
  MAX_ATTEMPTS: 'MAX_ATTEMPTS',
  /** The queue's `maxReceiveCount`: on the last receive the consumer gives the reason that SQS could not. */
  MAX_RECEIVE_COUNT: 'MAX_RECEIVE_COUNT',
  BACKOFF_BASE_SECONDS: 'BACKOFF_BASE_SECONDS',
  BACKOFF_CAP_SECONDS: 'BACKOFF_CAP_SECONDS',
  /** Message retention of the main queue. */
  QUEUE_RETENTION_SECONDS: 'QUEUE_RETENTION_SECONDS',
  LEDGER_RETENTION_DAYS: 'LEDGER_RETENTION_DAYS',
} as const;
