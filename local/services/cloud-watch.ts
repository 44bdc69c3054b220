import type { JsonRecord } from '../json.ts';
import { type MetricQuery, parseMetricQueries } from './metric-query.ts';
import type { MetricPoint, MetricStore, MetricSummary } from './metric-store.ts';
import { type Service, startJsonService } from './service.ts';

export interface CloudWatchOptions {
  readonly metrics: MetricStore;
  /** Age of the oldest message on a queue, 0 when it is empty; undefined when there is no such queue. */
  oldestMessageAgeMs(queueName: string, nowMs: number): number | undefined;
  nowMs(): number;
}

const AGE_METRIC = 'ApproximateAgeOfOldestMessage';

/**
 * GetMetricData of CloudWatch (JSON protocol) without expressions: the functions' own metrics by the second, and of
 * AWS/SQS the age of the oldest message as it is now.
 */
export function startCloudWatch(options: CloudWatchOptions): Promise<Service> {
  return startJsonService('CloudWatch', {
    GetMetricData: (input) => ({ MetricDataResults: metricData(input, options), Messages: [] }),
  });
}

function metricData(input: JsonRecord, options: CloudWatchOptions): JsonRecord[] {
  const { queries, fromSeconds, untilSeconds, oldestFirst } = parseMetricQueries(input);
  return queries.map((query) => {
    const periods = byPeriod(pointsOf(query, fromSeconds, untilSeconds, options), query.periodSeconds);
    const ordered = oldestFirst ? periods : periods.reverse();
    return {
      Id: query.id,
      Label: query.label,
      StatusCode: 'Complete',
      Timestamps: ordered.map(({ atSeconds }) => atSeconds),
      Values: ordered.map((point) => STATISTICS[query.statistic](point)),
    };
  });
}

function pointsOf(
  query: MetricQuery,
  fromSeconds: number,
  untilSeconds: number,
  { metrics, oldestMessageAgeMs, nowMs }: CloudWatchOptions,
): MetricPoint[] {
  // CloudWatch begins with the whole period that the start lies in.
  const alignedSeconds = fromSeconds - (fromSeconds % query.periodSeconds);
  const { namespace, name, dimensions } = query;
  if (namespace !== 'AWS/SQS') return metrics.points(query, alignedSeconds, untilSeconds);
  const atSeconds = Math.floor(nowMs() / 1000);
  const ageMs = name === AGE_METRIC ? oldestMessageAgeMs(dimensions['QueueName'] ?? '', nowMs()) : undefined;
  if (ageMs === undefined || atSeconds < alignedSeconds || atSeconds > untilSeconds) return [];
  const value = Math.floor(ageMs / 1000);
  return [{ atSeconds, sum: value, count: 1, minimum: value, maximum: value }];
}

/** One point for each period in which something was published. */
function byPeriod(points: readonly MetricPoint[], periodSeconds: number): MetricPoint[] {
  const periods = new Map<number, MetricPoint>();
  for (const point of points) {
    const atSeconds = point.atSeconds - (point.atSeconds % periodSeconds);
    const known = periods.get(atSeconds);
    periods.set(atSeconds, known === undefined ? { ...point, atSeconds } : merged(known, point));
  }
  return [...periods.values()].sort((one, other) => one.atSeconds - other.atSeconds);
}

function merged(one: MetricPoint, other: MetricSummary): MetricPoint {
  return {
    atSeconds: one.atSeconds,
    sum: one.sum + other.sum,
    count: one.count + other.count,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
  };
}

const STATISTICS: Readonly<Record<MetricQuery['statistic'], (summary: MetricSummary) => number>> = {
  Sum: ({ sum }) => sum,
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};
