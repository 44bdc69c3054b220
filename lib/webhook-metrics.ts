import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import {
  METRICS_NAMESPACE,
  type Metric as MetricName,
  REASON_DIMENSION,
  SERVICE_DIMENSION,
} from '../lambdas/contract/metrics.ts';

/** One of the functions' own metrics, summed over 5 minutes unless told otherwise. */
export function webhookMetric(
  metricName: MetricName,
  service: string,
  options: { readonly reason?: string; readonly statistic?: string; readonly label?: string } = {},
): Metric {
  const { reason, statistic = 'Sum', label = reason ?? metricName } = options;
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: {
      [SERVICE_DIMENSION]: service,
      ...(reason === undefined ? {} : { [REASON_DIMENSION]: reason }),
    },
    statistic,
    label,
    period: Duration.minutes(5),
  });
}
