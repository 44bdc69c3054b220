/**
 * When the prices were written down: requests, writes, GB-seconds and log ingestion from the notes this project rests
 * on; storage, backups, metrics, alarms, dashboards, fair queues and free amounts from memory. The sources are where to
 * compare them.
 */
export const PRICES_DATE = '2026-11-24';
export const PRICES_REGION = 'us-east-1';

/** What AWS gives each account every month, whatever its age. What it gives new accounts for a year is left out. */
export interface Price {
  /** US dollars for one unit. */
  readonly usd: number;
  /** Units a month. Absent: nothing is free. */
  readonly freePerMonth?: number;
  readonly source: string;
}

const MILLION = 1_000_000;

/** List prices, first tier, without taxes and discounts. */
export const PRICES = {
  /** A request of up to 512 KB. */
  httpApiRequest: { usd: 1 / MILLION, source: 'https://aws.amazon.com/api-gateway/pricing/' },
  lambdaRequest: {
    usd: 0.2 / MILLION,
    freePerMonth: MILLION,
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  /** Arm; billed by the millisecond, the start of the function included. */
  lambdaGigabyteSecond: {
    usd: 0.000_013_333_4,
    freePerMonth: 400_000,
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  /** Up to 64 KB; a larger payload counts as several. */
  sqsRequest: { usd: 0.4 / MILLION, freePerMonth: MILLION, source: 'https://aws.amazon.com/sqs/pricing/' },
  /** On top, where messages of a standard queue carry a MessageGroupId (fair queues). */
  sqsFairRequest: { usd: 0.1 / MILLION, source: 'https://aws.amazon.com/sqs/pricing/' },
  /** 1 KB of item; a refused conditional write counts too. */
  dynamoDbWrite: { usd: 0.625 / MILLION, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  /** A consistent read of 4 KB. */
  dynamoDbRead: { usd: 0.125 / MILLION, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  dynamoDbGigabyteMonth: {
    usd: 0.25,
    freePerMonth: 25,
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
  /** Continuous backups (PITR), by the size of the table. */
  dynamoDbBackupGigabyteMonth: { usd: 0.2, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  logGigabyte: { usd: 0.5, freePerMonth: 5, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  logGigabyteMonth: { usd: 0.03, freePerMonth: 5, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  customMetricMonth: { usd: 0.3, freePerMonth: 10, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  alarmMonth: { usd: 0.1, freePerMonth: 10, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  dashboardMonth: { usd: 3, freePerMonth: 3, source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  secretMonth: { usd: 0.4, source: 'https://aws.amazon.com/secrets-manager/pricing/' },
  secretRead: { usd: 0.05 / 10_000, source: 'https://aws.amazon.com/secrets-manager/pricing/' },
} as const satisfies Record<string, Price>;
export type PriceName = keyof typeof PRICES;

/** What one would pay instead, US dollars for a million messages. */
export const HOSTED_ALTERNATIVES = [
  { name: 'Svix, messages sent', usdPerMillion: 100, source: 'https://www.svix.com/pricing/' },
] as const;
