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
  /** JSON object, source → {@link IngestSource}; absent without sources other than Supaglue. */
  SOURCES: 'SOURCES',
} as const;

export const ConsumerEnvironment = {
  QUEUE_URL: 'QUEUE_URL',
  DEAD_LETTER_QUEUE_URL: 'DEAD_LETTER_QUEUE_URL',
  LEDGER_TABLE_NAME: 'LEDGER_TABLE_NAME',
  ALERT_TOPIC_ARN: 'ALERT_TOPIC_ARN',
  /** How long an alert keeps others about the same from being sent; 0: every one is sent. */
  ALERT_WINDOW_SECONDS: 'ALERT_WINDOW_SECONDS',
  /** ARN of the secret with PagerDuty's routing key; absent when nothing is sent there. */
  PAGERDUTY_SECRET_ID: 'PAGERDUTY_SECRET_ID',
  /** ARN of the secret with the URL of Slack's incoming webhook; absent when nothing is sent there. */
  SLACK_SECRET_ID: 'SLACK_SECRET_ID',
  /** ARN of the secret with the database's address and password; absent: no database handler exists. */
  DATABASE_SECRET_ID: 'DATABASE_SECRET_ID',
  /** ARN of the secret with the PEM certificates of the authority that signed the database's; absent: public ones and RDS's. */
  DATABASE_CA_SECRET_ID: 'DATABASE_CA_SECRET_ID',
  /** Schema that Supaglue writes into. */
  SUPAGLUE_SCHEMA: 'SUPAGLUE_SCHEMA',
  /** Schema of the application's tables. */
  APPLICATION_SCHEMA: 'APPLICATION_SCHEMA',
  /** `true`: the clean-up after a connection deletes Supaglue's rows too. */
  CLEAN_SUPAGLUE_TABLES: 'CLEAN_SUPAGLUE_TABLES',
  /** ARN of the secret with Supaglue's API key; absent: Supaglue is asked for nothing. */
  SUPAGLUE_API_KEY_SECRET_ID: 'SUPAGLUE_API_KEY_SECRET_ID',
  /** Base of Supaglue's management API, with its version. */
  SUPAGLUE_API_URL: 'SUPAGLUE_API_URL',
  /** JSON object, connection or customer → schema; absent: all connections write into one. */
  CONNECTION_SCHEMAS: 'SUPAGLUE_CONNECTION_SCHEMAS',
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

/** `true`: the consumer notes what events tell, which is compared with Supaglue's API. */
export const RECONCILES_VARIABLE = 'RECONCILES';

export const ReconcileEnvironment = {
  QUEUE_URL: 'QUEUE_URL',
  LEDGER_TABLE_NAME: 'LEDGER_TABLE_NAME',
  SUPAGLUE_API_KEY_SECRET_ID: 'SUPAGLUE_API_KEY_SECRET_ID',
  SUPAGLUE_API_URL: 'SUPAGLUE_API_URL',
  GRACE_SECONDS: 'RECONCILE_GRACE_SECONDS',
  GONE_PERCENT: 'RECONCILE_GONE_PERCENT',
  MAX_CALLS: 'RECONCILE_MAX_CALLS',
} as const;
