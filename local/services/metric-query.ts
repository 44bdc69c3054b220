import { isRecord, type JsonRecord } from '../json.ts';
import type { MetricIdentity } from './metric-store.ts';

const STATISTIC_NAMES = ['Sum', 'SampleCount', 'Average', 'Minimum', 'Maximum'] as const;

/** One query of a GetMetricData call. */
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
export class MetricQueryError extends Error {
  override readonly name = 'MetricQueryError';
}

/**
 * Reads the input of GetMetricData:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 *
 * @throws {MetricQueryError}
 */
export function parseMetricQueries(input: JsonRecord): MetricQueries {
  const { MetricDataQueries: queries, StartTime: fromSeconds, EndTime: untilSeconds } = input;
  if (typeof fromSeconds !== 'number' || typeof untilSeconds !== 'number') {
    throw new MetricQueryError('StartTime and EndTime are needed');
  }
  if (fromSeconds >= untilSeconds) {
    throw new MetricQueryError('The parameter StartTime must be less than the parameter EndTime.');
  }
  if (!Array.isArray(queries) || queries.length === 0)
    throw new MetricQueryError('MetricDataQueries is needed');
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
    throw new MetricQueryError('the local CloudWatch answers MetricStat only, no expressions');
  }
  const statistic = STATISTIC_NAMES.find((name) => name === stat['Stat']);
  if (statistic === undefined) {
    throw new MetricQueryError(`the local CloudWatch has no statistic ${String(stat['Stat'])}`);
  }
  const periodSeconds = stat['Period'];
  if (typeof periodSeconds !== 'number' || !(periodSeconds >= 1)) {
    throw new MetricQueryError('Period must be at least 1');
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
