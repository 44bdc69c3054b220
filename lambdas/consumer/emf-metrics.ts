import type { Metrics } from '@aws-lambda-powertools/metrics';
import { Metric, REASON_DIMENSION } from '../contract/metrics.ts';
import type { ConsumerMetrics } from './dependencies.ts';

/** Counts into one line of embedded metric format per invocation. */
export function createEmfMetrics(metrics: Metrics): ConsumerMetrics {
  const count = (metric: Metric) => () => {
    metrics.addMetric(metric, 'Count', 1);
  };
  return {
    processed(latencyMs) {
      metrics.addMetric(Metric.EVENTS_PROCESSED, 'Count', 1);
      metrics.addMetric(Metric.EVENT_LATENCY, 'Milliseconds', Math.max(0, latencyMs));
    },
    duplicate: count(Metric.EVENTS_DUPLICATE),
    deferred: count(Metric.EVENTS_DEFERRED),
    retried: count(Metric.EVENTS_RETRIED),
    unhandled: count(Metric.EVENTS_UNHANDLED),
    attemptAbandoned: count(Metric.ATTEMPT_ABANDONED),
    reconciled: count(Metric.EVENTS_RECONCILED),
    deadLettered(reason) {
      // A line of its own: the dimension must not reach the metrics of the batch.
      const single = metrics.singleMetric();
      single.addDimension(REASON_DIMENSION, reason);
      single.addMetric(Metric.EVENTS_DEAD_LETTERED, 'Count', 1);
    },
  };
}
