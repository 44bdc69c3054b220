import {
  GetMetricDataCommand,
  type MetricDataResult,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import { type Counter, counterQueries, counterValues } from './counter-queries.ts';
import { metricsStage } from './metrics-stage.ts';
import type { Target } from './target.ts';

export interface CountersOptions {
  /** Epoch milliseconds; the period it lies in is counted whole. */
  readonly sinceMs: number;
  /** Epoch milliseconds: up to now. */
  readonly nowMs: number;
  /** Length of one point. On AWS whole minutes, so it is rounded up; locally from one second. */
  readonly periodSeconds: number;
  readonly signal: AbortSignal;
}

/** One counter over the time asked for: every period has a point, 0 where nothing was counted. */
export interface Series {
  readonly total: number;
  /** Oldest first; `atMs` is the start of the period. */
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** What the functions counted. On AWS CloudWatch shows it a minute or two late. */
export interface Counters extends Readonly<Record<Counter, Series>> {
  /** Length of one point, as it was really used. */
  readonly periodSeconds: number;
}

/**
 * Reads all counters with one GetMetricData call; with more only where CloudWatch breaks its answer in pages.
 *
 * @throws {CommandError} when the target's consumer cannot be found
 */
export async function readCounters(target: Target, options: CountersOptions): Promise<Counters> {
  const stage = await metricsStage(target, options.signal);
  const periodSeconds = usablePeriod(target, options.periodSeconds);
  const periodMs = periodSeconds * 1000;
  const startMs = options.sinceMs - (options.sinceMs % periodMs);
  const results: MetricDataResult[] = [];
  const pages = paginateGetMetricData(
    { client: target.clients.cloudWatch },
    {
      MetricDataQueries: counterQueries(stage, periodSeconds),
      StartTime: new Date(startMs),
      EndTime: new Date(options.nowMs),
    },
    { abortSignal: options.signal },
  );
  for await (const { MetricDataResults = [] } of pages) results.push(...MetricDataResults);
  const series = (counter: Counter): Series => {
    const values = counterValues(counter, results);
    const points = [];
    for (let atMs = startMs; atMs < options.nowMs; atMs += periodMs) {
      points.push({ atMs, value: values.get(atMs) ?? 0 });
    }
    return { total: points.reduce((sum, { value }) => sum + value, 0), points };
  };
  return {
    accepted: series('accepted'),
    processed: series('processed'),
    duplicates: series('duplicates'),
    deadLettered: series('deadLettered'),
    retried: series('retried'),
    periodSeconds,
  };
}

function usablePeriod({ kind }: Target, periodSeconds: number): number {
  const unitSeconds = kind === 'local' ? 1 : 60;
  return Math.max(1, Math.ceil(periodSeconds / unitSeconds)) * unitSeconds;
}

/** SQS publishes its metric each minute, and it may come some minutes late. */
const AGE_LOOK_BACK_MS = 10 * 60 * 1000;

export interface OldestMessageOptions {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/**
 * Age of the oldest message, in seconds, as SQS last told CloudWatch; 0 on an empty queue. Undefined when there is
 * nothing to see: SQS stops publishing for a queue that nothing has touched for six hours.
 *
 * On AWS it leaves out messages that were received three times or more, and on the dead-letter queue it counts from
 * the move: a dead letter's own expiry is told by `expiresAtMs`.
 */
export async function readOldestMessageAgeSeconds(
  target: Target,
  which: 'queue' | 'dead-letters',
  { nowMs, signal }: OldestMessageOptions,
): Promise<number | undefined> {
  const queueUrl = which === 'queue' ? target.queueUrl : target.deadLetterQueueUrl;
  const command = new GetMetricDataCommand({
    MetricDataQueries: [
      {
        Id: 'age',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SQS',
            MetricName: 'ApproximateAgeOfOldestMessage',
            Dimensions: [{ Name: 'QueueName', Value: queueUrl.slice(queueUrl.lastIndexOf('/') + 1) }],
          },
          Period: 60,
          Stat: 'Maximum',
        },
      },
    ],
    StartTime: new Date(nowMs - AGE_LOOK_BACK_MS),
    EndTime: new Date(nowMs),
    ScanBy: 'TimestampDescending',
  });
  const { MetricDataResults } = await target.clients.cloudWatch.send(command, { abortSignal: signal });
  return MetricDataResults?.[0]?.Values?.[0];
}
