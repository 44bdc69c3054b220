import { isRecord, type JsonRecord } from '../json.ts';
import type { MetricIdentity } from './metric-store.ts';
import { ServiceError } from './service.ts';

const STATISTIC_NAMES = ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum'] as const;

export interface MetricQuery extends MetricIdentity {
  readonly id: string;
  readonly label: string;
  readonly statistic: (typeof STATISTIC_NAMES)[number];
  readonly periodSeconds: number;
}

export interface MetricQueries {
  readonly queries: readonly MetricQuery[];
  /** Epoch seconds. */
  readonly fromSeconds: number;
  /** Epoch seconds, exclusive. */
  readonly untilSeconds: number;
  readonly oldestFirst: boolean;
}

/** What CloudWatch would refuse, or what is not answered locally. */
const refusal = (message: string) => new ServiceError('InvalidParameterValueException', message);

/**
 * Reads the input of GetMetricData:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 *
 * @throws {ServiceError}
 */
export function parseMetricQueries(input: JsonRecord): MetricQueries {
  const { MetricDataQueries: queries, StartTime: fromSeconds, EndTime: untilSeconds } = input;
  if (typeof fromSeconds !== 'number' || typeof untilSeconds !== 'number') {
    throw refusal('StartTime and EndTime are needed');
  }
  if (fromSeconds >= untilSeconds) {
    throw refusal('The parameter StartTime must be less than the parameter EndTime.');
  }
  if (!Array.isArray(queries) || queries.length === 0) throw refusal('MetricDataQueries is needed');
  return {
    queries: queries.filter(isRecord).map(parseQuery),
    fromSeconds,
    untilSeconds,
    oldestFirst: input['ScanBy'] === 'TimestampAscending',
  };
}

function parseQuery(query: JsonRecord): MetricQuery {
  const stat = query['MetricStat'];
  const metric = isRecord(stat) ? stat['Metric'] : undefined;
  if (!isRecord(stat) || !isRecord(metric)) {
    throw refusal('the local CloudWatch answers MetricStat only, no expressions');
  }
  const statistic = STATISTIC_NAMES.find((name) => name === stat['Stat']);
  if (statistic === undefined) {
    throw refusal(`the local CloudWatch has no statistic ${String(stat['Stat'])}`);
  }
  const periodSeconds = stat['Period'];
  if (typeof periodSeconds !== 'number' || !(periodSeconds >= 1)) {
    throw refusal('Period must be at least 1');
  }
  const id = String(query['Id']);
  const dimensions = Array.isArray(metric['Dimensions']) ? metric['Dimensions'].filter(isRecord) : [];
  return {
    id,
    label: typeof query['Label'] === 'string' ? query['Label'] : id,
    statistic,
    periodSeconds,
    namespace: String(metric['Namespace']),
    name: String(metric['MetricName']),
    dimensions: Object.fromEntries(dimensions.map(({ Name, Value }) => [String(Name), String(Value)])),
  };
}
