import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MetricPublished } from '../../local/cloud-events.ts';
import { type SqsEngine, startSqsEngine } from '../../local/engines/sqs.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import { startCloudWatch } from '../../local/services/cloud-watch.ts';
import { MetricStore } from '../../local/services/metric-store.ts';
import type { Service } from '../../local/services/service.ts';
import { createQueuePair, sqsClient } from '../support/engines.ts';

const NOON_MS = Date.UTC(2026, 10, 23, 12);
const minutes = (count: number) => count * 60_000;

function published(values: readonly number[], dimensions: Record<string, string> = {}): MetricPublished {
  return {
    type: 'metric',
    functionName: 'f',
    namespace: 'Tests',
    name: 'Done',
    values,
    unit: 'Count',
    dimensions,
  };
}

let metrics: MetricStore;
let sqs: SqsEngine;
let service: Service;
let client: CloudWatchClient;
let nowMs = NOON_MS;

beforeAll(async () => {
  metrics = new MetricStore();
  sqs = await startSqsEngine();
  service = await startCloudWatch({
    metrics,
    oldestMessageAgeMs: sqs.oldestMessageAgeMs,
    nowMs: () => nowMs,
  });
  client = new CloudWatchClient({
    ...LOCAL_CLIENT,
    endpoint: service.endpoint,
  });
});
afterAll(async () => {
  client.destroy();
  await service.stop();
  await sqs.stop();
});

interface Query {
  readonly stat?: string;
  readonly periodSeconds?: number;
  readonly dimensions?: Record<string, string>;
  readonly namespace?: string;
  readonly name?: string;
}

async function read(fromMs: number, untilMs: number, query: Query = {}, ScanBy?: 'TimestampAscending') {
  const { namespace = 'Tests', name = 'Done', dimensions = {}, periodSeconds = 60, stat = 'Sum' } = query;
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(fromMs),
      EndTime: new Date(untilMs),
      ...(ScanBy === undefined ? {} : { ScanBy }),
      MetricDataQueries: [
        {
          Id: 'q',
          MetricStat: {
            Metric: {
              Namespace: namespace,
              MetricName: name,
              Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
            },
            Period: periodSeconds,
            Stat: stat,
          },
        },
      ],
    }),
  );
  const [result] = MetricDataResults ?? [];
  expect(result).toMatchObject({ Id: 'q', StatusCode: 'Complete' });
  const { Timestamps = [], Values = [] } = result ?? {};
  return Timestamps.map((time, index) => [time.toISOString().slice(11, 19), Values[index]]);
}

describe('the functions’ metrics', () => {
  beforeAll(() => {
    metrics.record(published([1, 2]), NOON_MS + 500);
    metrics.record(published([4]), NOON_MS + minutes(1));
    metrics.record(published([9]), NOON_MS + minutes(1) + 59_999);
    metrics.record(published([100], { reason: 'permanent' }), NOON_MS);
  });

  test('come by period, newest first unless asked otherwise', async () => {
    await expect(read(NOON_MS, NOON_MS + minutes(5))).resolves.toEqual([
      ['12:01:00', 13],
      ['12:00:00', 3],
    ]);
    await expect(read(NOON_MS, NOON_MS + minutes(5), {}, 'TimestampAscending')).resolves.toEqual([
      ['12:00:00', 3],
      ['12:01:00', 13],
    ]);
    await expect(read(NOON_MS, NOON_MS + minutes(5), { periodSeconds: 1 })).resolves.toEqual([
      ['12:01:59', 9],
      ['12:01:00', 4],
      ['12:00:00', 3],
    ]);
  });

  test('from the period that the start lies in to before the end', async () => {
    await expect(read(NOON_MS + 30_000, NOON_MS + minutes(1))).resolves.toEqual([['12:00:00', 3]]);
  });

  test.each([
    ['SampleCount', 4],
    ['Average', 4],
    ['Minimum', 1],
    ['Maximum', 9],
  ])('%s', async (stat, value) => {
    await expect(read(NOON_MS, NOON_MS + minutes(5), { stat, periodSeconds: 300 })).resolves.toEqual([
      ['12:00:00', value],
    ]);
  });

  test('are told apart by all their dimensions', async () => {
    const dimensions = { reason: 'permanent' };
    await expect(read(NOON_MS, NOON_MS + 1, { dimensions })).resolves.toEqual([['12:00:00', 100]]);
    await expect(read(NOON_MS, NOON_MS + 1, { dimensions: { reason: 'other' } })).resolves.toEqual([]);
    await expect(read(NOON_MS, NOON_MS + 1, { name: 'Other' })).resolves.toEqual([]);
  });

  test('are forgotten after three hours, and kept for no more than 500 series', () => {
    const store = new MetricStore();
    const all = (metric: MetricPublished) => store.points(metric, 0, Number.POSITIVE_INFINITY);
    const metric = published([1]);
    store.record(metric, NOON_MS);
    store.record(metric, NOON_MS + minutes(180));
    expect(all(metric)).toHaveLength(2);
    store.record(metric, NOON_MS + minutes(180) + 1_000);
    expect(all(metric)).toHaveLength(2);
    for (let id = 0; id < 600; id += 1) store.record(published([1], { id: String(id) }), NOON_MS);
    expect(all(published([], { id: '498' }))).toHaveLength(1);
    expect(all(published([], { id: '499' }))).toHaveLength(0);
    store.record(metric, NOON_MS + minutes(181));
    expect(all(metric)).toHaveLength(3);
  });
});

test('AWS/SQS tells the age of the oldest message, received or not, and 0 for an empty queue', async () => {
  const queues = sqsClient(sqs);
  const { queueUrl } = await createQueuePair(queues);
  const age = async (atMs: number) => {
    nowMs = atMs;
    const QueueName = queueUrl.split('/').at(-1) ?? '';
    const query = {
      namespace: 'AWS/SQS',
      name: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName },
      stat: 'Maximum',
    };
    return (await read(atMs - minutes(10), atMs, query)).map(([, value]) => value);
  };
  expect(await age(Date.now())).toEqual([0]);
  await queues.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'old' }));
  const sentAtMs = Date.now();
  const inAnHour = await age(sentAtMs + minutes(60));
  expect(inAnHour[0]).toBeGreaterThanOrEqual(3_600);
  expect(inAnHour[0]).toBeLessThanOrEqual(3_602);
  await queues.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 5 }));
  expect(await age(sentAtMs + minutes(60))).toEqual(inAnHour);
  queues.destroy();
});

test('what the stand-in does not answer is refused, not guessed', async () => {
  const range = { StartTime: new Date(NOON_MS), EndTime: new Date(NOON_MS + 1) };
  const expression = { Id: 'e', Expression: 'SUM(METRICS())' };
  await expect(
    client.send(new GetMetricDataCommand({ ...range, MetricDataQueries: [expression] })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  await expect(read(NOON_MS, NOON_MS + 1, { stat: 'p99' })).rejects.toThrow('no statistic p99');
  await expect(read(NOON_MS, NOON_MS)).rejects.toThrow('StartTime must be less');
  await expect(client.send(new ListMetricsCommand({}))).rejects.toThrow('has no ListMetrics');
});
