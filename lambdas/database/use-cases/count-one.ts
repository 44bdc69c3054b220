import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Metric } from '../../contract/metrics.ts';

/** One line of embedded metric format, with service and namespace of the environment. */
export function countOne(metric: Metric): void {
  new Metrics().singleMetric().addMetric(metric, 'Count', 1);
}
