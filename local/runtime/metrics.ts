import type { MetricPublished } from '../cloud-events.ts';
import { isRecord, parseRecord } from '../json.ts';

/**
 * Metrics of one log line in CloudWatch's embedded metric format; none when the line is an ordinary one.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsOf(functionName: string, line: string): MetricPublished[] {
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const root = parseRecord(line);
  const header = root?.['_aws'];
  if (root === undefined || !isRecord(header) || !Array.isArray(header['CloudWatchMetrics'])) return [];
  return header['CloudWatchMetrics'].filter(isRecord).flatMap((directive) => {
    const sets = Array.isArray(directive['Dimensions']) ? directive['Dimensions'] : [];
    const dimensions = Object.fromEntries(
      sets.flat().map((name) => [String(name), String(root[String(name)])]),
    );
    const metrics = Array.isArray(directive['Metrics']) ? directive['Metrics'].filter(isRecord) : [];
    return metrics.map((metric): MetricPublished => {
      const name = String(metric['Name']);
      return {
        type: 'metric',
        functionName,
        namespace: String(directive['Namespace']),
        name,
        values: [root[name]].flat().filter((value) => typeof value === 'number'),
        unit: String(metric['Unit'] ?? 'None'),
        dimensions,
      };
    });
  });
}
