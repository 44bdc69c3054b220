import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type JsonRecord, parseRecord } from '../json.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';
import { type MetricQuery, MetricQueryError, parseMetricQueries } from './metric-query.ts';
import type { MetricPoint, MetricStore, MetricSummary } from './metric-store.ts';

export interface CloudWatch {
  /** For `AWS_ENDPOINT_URL_CLOUDWATCH`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

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
export async function startCloudWatch(options: CloudWatchOptions): Promise<CloudWatch> {
  const server = await listenOnLoopback(
    async (request, response) => {
      const body = await readBody(request);
      const action = /\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? ''))?.[1];
      const input = Buffer.isBuffer(body) ? parseRecord(body.toString()) : undefined;
      if (action !== 'GetMetricData' || input === undefined) {
        refuse(response, 'UnknownOperationException', `the local CloudWatch has no ${action ?? 'such call'}`);
        return;
      }
      try {
        answer(response, 200, { MetricDataResults: metricData(input, options), Messages: [] });
      } catch (error) {
        if (!(error instanceof MetricQueryError)) throw error;
        refuse(response, 'InvalidParameterValueException', error.message);
      }
    },
    0,
    { callers: 'credentialed' },
  );
  return { endpoint: server.url, stop: () => server.close() };
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

function refuse(response: ServerResponse, type: string, message: string): void {
  answer(response, 400, { __type: type, message });
}

function answer(response: ServerResponse, status: number, body: JsonRecord): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body));
}
