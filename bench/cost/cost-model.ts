import { CONTENT_RETENTION_DAYS } from '../../lambdas/contract/reconcile.ts';
import { ASSUMED, CORE_MEMORY_MB, type Durations, startMs } from './durations.ts';
import type { Observed } from './observed.ts';
import { type Logging, platformBytes } from './platform-lines.ts';
import { PRICES, type PriceName } from './prices.ts';

export interface Workload {
  readonly eventsPerMonth: number;
  /** Events that one invocation of the consumer takes, on average; 1 to 10. */
  readonly batchSize: number;
  readonly payloadBytes: number;
  /** Webhooks that Svix sends again, as a share of the events. */
  readonly duplicateShare: number;
  readonly logging: Logging;
  readonly endpoint: 'http-api' | 'function-url';
  /** Supaglue's API is compared so often, of so many customers with one connection each. @default never */
  readonly reconciling?: { readonly minutes: number; readonly customers: number };
}

export interface CostInputs {
  readonly observed: Observed;
  readonly durations: Durations;
}

export interface CostLine {
  readonly price: PriceName;
  readonly what: string;
  /** Units for each event; for a fixed line 0. */
  readonly perEvent: number;
  readonly unitsPerMonth: number;
  /** US dollars, before and after what is free each month. */
  readonly usdPerMonth: number;
  readonly usdAfterFree: number;
}

export interface Cost {
  readonly variable: readonly CostLine[];
  /** Whatever comes. */
  readonly fixed: readonly CostLine[];
  /** US dollars for a million events more, without what is free and what is fixed. */
  readonly usdPerMillion: number;
  readonly usdPerMonth: number;
  readonly usdAfterFree: number;
}

const KB = 1024;
const GB = 1024 ** 3;
const SQS_UNIT_BYTES = 64 * KB;
const HTTP_UNIT_BYTES = 512 * KB;
const WRITE_UNIT_BYTES = KB;
/** CloudWatch adds these to each line, and DynamoDB to each item. */
const LOG_LINE_OVERHEAD_BYTES = 26;
const ITEM_OVERHEAD_BYTES = 100;
/** Of a content key's item, and of a customer in a compressed snapshot. */
const CONTENT_BYTES = 150;
const SNAPSHOT_BYTES = 100;
const DAYS_PER_MONTH = 365 / 12;
const SECRET_REFRESH_MINUTES = 5;
/** An event source mapping holds five long polls open when nothing comes, 20 s each. */
const IDLE_POLLS = 5;
const POLL_SECONDS = 20;
const SECONDS_PER_MONTH = DAYS_PER_MONTH * 86_400;

/** Units of each price that one event takes: counted calls, measured bytes, and the rules of AWS's price list. */
export function unitsPerEvent(
  { batchSize, payloadBytes, duplicateShare, logging, endpoint, reconciling }: Workload,
  { observed, durations }: CostInputs,
) {
  // Sent once more, a webhook takes the whole way again, but for the second write.
  const deliveries = 1 + duplicateShare;
  const messageBytes = payloadBytes + observed.messageAttributeBytes;
  const callsOf = (calls: Readonly<Record<string, number>>, name: string) => calls[name] ?? 0;
  const sends = callsOf(observed.calls.ingest, 'SendMessage') * Math.ceil(messageBytes / SQS_UNIT_BYTES);
  const receives = Math.ceil((messageBytes * batchSize) / SQS_UNIT_BYTES) / batchSize;
  const sqsRequests = deliveries * (sends + receives + 1 / batchSize);
  const writes =
    callsOf(observed.calls.consumer, 'UpdateItem') +
    duplicateShare * callsOf(observed.calls.duplicate, 'UpdateItem');
  const isReconciling = reconciling !== undefined;
  const isGateway = endpoint === 'http-api';
  const logged = isGateway ? observed : { lineBytes: { ...observed.lineBytes, access: undefined } };
  const logBytes = deliveries * logBytesPerEvent(logged, batchSize, logging);
  const storedMonths = observed.ledgerRetentionDays / DAYS_PER_MONTH;
  const storedByteMonths =
    (observed.itemBytes + ITEM_OVERHEAD_BYTES) * storedMonths +
    Number(isReconciling) * (CONTENT_BYTES + ITEM_OVERHEAD_BYTES) * (CONTENT_RETENTION_DAYS / DAYS_PER_MONTH);
  return {
    httpApiRequest: Number(isGateway) * deliveries * Math.max(1, Math.ceil(payloadBytes / HTTP_UNIT_BYTES)),
    lambdaRequest: deliveries * (1 + 1 / batchSize),
    lambdaGigabyteSecond: deliveries * gigabyteSeconds(observed, durations, batchSize, isReconciling),
    sqsRequest: sqsRequests,
    sqsFairRequest: sqsRequests,
    dynamoDbWrite: writes * Math.ceil(observed.itemBytes / WRITE_UNIT_BYTES) + Number(isReconciling),
    dynamoDbGigabyteMonth: storedByteMonths / GB,
    dynamoDbBackupGigabyteMonth: storedByteMonths / GB,
    logGigabyte: logBytes / GB,
    logGigabyteMonth: (logBytes / GB) * (observed.logRetentionDays / DAYS_PER_MONTH),
  } satisfies Partial<Record<PriceName, number>>;
}

interface LoggedLines {
  /** Without an access line: no gateway writes one. */
  readonly lineBytes: Omit<Observed['lineBytes'], 'access'> & { readonly access: number | undefined };
}

/** Bytes that CloudWatch takes in for one accepted event, its overhead included. */
export function logBytesPerEvent({ lineBytes }: LoggedLines, batchSize: number, logging: Logging): number {
  const isLogged = logging !== 'no-access-log' && lineBytes.access !== undefined;
  const access = isLogged ? lineBytes.access + LOG_LINE_OVERHEAD_BYTES : 0;
  const ingest = lineBytes.ingestMetrics + LOG_LINE_OVERHEAD_BYTES;
  const consumer = consumerLineBytes(lineBytes.consumerMetrics, batchSize) + LOG_LINE_OVERHEAD_BYTES;
  const platform =
    logging === 'platform-info' ? platformBytes(LOG_LINE_OVERHEAD_BYTES) * (1 + 1 / batchSize) : 0;
  return access + ingest + consumer / batchSize + platform;
}

/** The line grows with each event by the same; between the sizes that were observed it is interpolated. */
function consumerLineBytes(observed: Observed['lineBytes']['consumerMetrics'], batchSize: number): number {
  const perEvent = (observed['10'] - observed['1']) / 9;
  return observed['1'] + perEvent * (batchSize - 1);
}

function gigabyteSeconds(
  observed: Observed,
  durations: Durations,
  batchSize: number,
  isReconciling: boolean,
): number {
  const slowdown = Math.max(1, CORE_MEMORY_MB / observed.memoryMb);
  const coldMs = (ASSUMED.coldStartsPerMillion / 1_000_000) * startMs(observed.memoryMb);
  // Rounded up to whole milliseconds, as it is billed.
  const ingestMs = Math.ceil(durations.ingestCpuMs * slowdown + ASSUMED.sendMessageMs) + coldMs;
  const writes = (observed.calls.consumer['UpdateItem'] ?? 0) + Number(isReconciling);
  const batchMs =
    Math.ceil(durations.consumerCpuMs * slowdown * batchSize + writes * ASSUMED.updateItemMs) + coldMs;
  return ((ingestMs + batchMs / batchSize) / 1_000) * (observed.memoryMb / 1_024);
}

const VARIABLE_TEXT: Readonly<Record<keyof ReturnType<typeof unitsPerEvent>, string>> = {
  httpApiRequest: 'API Gateway: requests',
  lambdaRequest: 'Lambda: requests',
  lambdaGigabyteSecond: 'Lambda: GB-seconds',
  sqsRequest: 'SQS: requests of 64 KB',
  sqsFairRequest: 'SQS: fair queue',
  dynamoDbWrite: 'DynamoDB: write units',
  dynamoDbGigabyteMonth: 'DynamoDB: GB-months',
  dynamoDbBackupGigabyteMonth: 'DynamoDB: backup GB-months',
  logGigabyte: 'Logs: GB taken in',
  logGigabyteMonth: 'Logs: GB-months',
};

/** Of a month's comparisons, assumed: three calls a customer, eight at once, 0.1 s each; a run is looked up twice. */
function reconcilingUnits({ reconciling, eventsPerMonth }: Workload, memoryMb: number) {
  if (reconciling === undefined) return [];
  const runs = SECONDS_PER_MONTH / 60 / reconciling.minutes;
  const snapshotUnits = 1 + (reconciling.customers * SNAPSHOT_BYTES) / WRITE_UNIT_BYTES;
  const seconds = 1 + reconciling.customers * (3 / 8) * 0.1;
  return [
    ['lambdaGigabyteSecond', 'Reconciling: GB-seconds', runs * seconds * (memoryMb / 1_024)],
    ['dynamoDbWrite', 'Reconciling: write units', runs * snapshotUnits],
    ['dynamoDbRead', 'Reconciling: read units', runs * snapshotUnits + 2 * eventsPerMonth],
    ['customMetricMonth', 'Reconciling: metrics', 3],
    ['alarmMonth', 'Reconciling: alarms', 2],
  ] as const;
}

/** The bill of a month in which every event is accepted and handled. */
export function costOf(workload: Workload, inputs: CostInputs): Cost {
  const { eventsPerMonth } = workload;
  const units = unitsPerEvent(workload, inputs);
  const idlePolls = (SECONDS_PER_MONTH / POLL_SECONDS) * IDLE_POLLS;
  const { observed } = inputs;
  // The free requests are shared: the polls of an idle queue take theirs first.
  const freeLeft: Partial<Record<PriceName, number>> = {};
  const line = (price: PriceName, what: string, perEvent: number, unitsPerMonth: number): CostLine => {
    const { usd } = PRICES[price];
    const free = freeLeft[price] ?? freePerMonth(price);
    freeLeft[price] = Math.max(0, free - unitsPerMonth);
    const usdPerMonth = unitsPerMonth * usd;
    return {
      price,
      what,
      perEvent,
      unitsPerMonth,
      usdPerMonth,
      usdAfterFree: Math.max(0, unitsPerMonth - free) * usd,
    };
  };
  const fixed = [
    line('secretMonth', 'Secrets Manager: secrets', 0, observed.secrets),
    line(
      'secretRead',
      'Secrets Manager: reads of one instance',
      0,
      SECONDS_PER_MONTH / 60 / SECRET_REFRESH_MINUTES,
    ),
    line('sqsRequest', 'SQS: polls of an idle queue', 0, idlePolls),
    line('customMetricMonth', 'CloudWatch: metrics', 0, observed.customMetrics),
    line('alarmMonth', 'CloudWatch: alarms', 0, observed.alarms),
    line('dashboardMonth', 'CloudWatch: dashboards', 0, observed.dashboards),
    ...reconcilingUnits(workload, observed.memoryMb).map(([price, what, count]) =>
      line(price, what, 0, count),
    ),
  ];
  const variable = (Object.keys(VARIABLE_TEXT) as (keyof typeof VARIABLE_TEXT)[]).map((price) =>
    line(price, VARIABLE_TEXT[price], units[price], units[price] * eventsPerMonth),
  );
  const all = [...variable, ...fixed];
  return {
    variable,
    fixed,
    usdPerMillion: variable.reduce(
      (sum, { price, perEvent }) => sum + perEvent * PRICES[price].usd * 1_000_000,
      0,
    ),
    usdPerMonth: all.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0),
    usdAfterFree: all.reduce((sum, { usdAfterFree }) => sum + usdAfterFree, 0),
  };
}

function freePerMonth(price: PriceName): number {
  const found = PRICES[price];
  return 'freePerMonth' in found ? found.freePerMonth : 0;
}
