import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { FailureReason } from '../../lambdas/contract/failure.ts';
import {
  CONSUMER_SERVICE,
  INGEST_SERVICE,
  METRICS_NAMESPACE,
  Metric,
  REASON_DIMENSION,
  SERVICE_DIMENSION,
  serviceName,
} from '../../lambdas/contract/metrics.ts';

/** Each counter is the sum of these metrics. Dead letters are counted by their reason only. */
const METRICS = {
  accepted: [[INGEST_SERVICE, Metric.EVENTS_ACCEPTED]],
  processed: [[CONSUMER_SERVICE, Metric.EVENTS_PROCESSED]],
  duplicates: [[CONSUMER_SERVICE, Metric.EVENTS_DUPLICATE]],
  retried: [[CONSUMER_SERVICE, Metric.EVENTS_RETRIED]],
  deadLettered: Object.values(FailureReason).map(
    (reason) => [CONSUMER_SERVICE, Metric.EVENTS_DEAD_LETTERED, reason] as const,
  ),
} as const satisfies Record<string, readonly (readonly [service: string, metric: Metric, reason?: string])[]>;

export type Counter = keyof typeof METRICS;

/** The queries of all counters, for one GetMetricData call. */
export function counterQueries(stage: string, periodSeconds: number): MetricDataQuery[] {
  return Object.entries(METRICS).flatMap(([counter, metrics]) =>
    metrics.map(([service, MetricName, reason], index) => ({
      Id: `${counter}_${index}`,
      MetricStat: {
        Metric: {
          Namespace: METRICS_NAMESPACE,
          MetricName,
          Dimensions: [
            { Name: SERVICE_DIMENSION, Value: serviceName(service, stage) },
            ...(reason === undefined ? [] : [{ Name: REASON_DIMENSION, Value: reason }]),
          ],
        },
        Period: periodSeconds,
        Stat: 'Sum',
      },
    })),
  );
}

/** Values of one counter by the start of their period, epoch milliseconds. */
export function counterValues(
  counter: Counter,
  results: readonly MetricDataResult[],
): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  for (const { Id, Timestamps = [], Values = [] } of results) {
    if (Id?.split('_')[0] !== counter) continue;
    for (const [index, time] of Timestamps.entries()) {
      const atMs = time.getTime();
      values.set(atMs, (values.get(atMs) ?? 0) + (Values[index] ?? 0));
    }
  }
  return values;
}
