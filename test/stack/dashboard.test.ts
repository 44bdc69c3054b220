import { beforeAll, describe, expect, test } from '@jest/globals';
import { FailureReason } from '../../lambdas/contract/failure.ts';
import { AnswerCode } from '../../lambdas/contract/http.ts';
import { Metric, ReconcileMetric } from '../../lambdas/contract/metrics.ts';
import {
  type Json,
  resourceOf,
  resourcesOf,
  synthesiseTemplate,
  type Template,
} from './synthesised-stack.ts';

interface Widget {
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** Its body, with logical ids in the places of what CloudFormation puts there. */
function widgetsOf(template: Template): readonly Widget[] {
  const body = resourceOf(template, 'AWS::CloudWatch::Dashboard')[1].Properties['DashboardBody'] as Json;
  const [, parts] = body['Fn::Join'] as [string, readonly (string | Json)[]];
  const text = parts
    .map((part) => (typeof part === 'string' ? part : Object.values(part).flat()[0]))
    .join('');
  return JSON.parse(text).widgets;
}

/** By title: what each line is called, and what it is of which metric. */
function linesOf(template: Template): Readonly<Record<string, readonly string[]>> {
  const graphs = widgetsOf(template).filter(({ properties }) => properties.metrics !== undefined);
  return Object.fromEntries(
    graphs.map(({ properties: { title, metrics = [] } }) => [
      title,
      metrics.map((metric) => {
        const { label, stat, yAxis, period } = metric.at(-1) as Readonly<Record<string, string>>;
        // CloudWatch's own, five minutes, is left out.
        expect(period).toBeUndefined();
        const side = yAxis === 'right' ? ', on the right' : '';
        return `${label ?? metric[1]}: ${stat} of ${metric[0]} ${metric[1]}${side}`;
      }),
    ]),
  );
}

const own = (name: string, label = name, stat = 'Sum') => `${label}: ${stat} of SupaglueWebhooks ${name}`;

describe('the dashboard', () => {
  let template: Template;
  let reconciling: Template;
  beforeAll(async () => {
    const key = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-key-AbCdEf';
    [template, reconciling] = await Promise.all([
      synthesiseTemplate(),
      synthesiseTemplate({ supaglueApiKeySecretArn: key, reconcileMinutes: '30' }),
    ]);
  });

  test('begins with all alarms, across its width', () => {
    const [alarms, ...graphs] = widgetsOf(template);
    expect(alarms).toMatchObject({ width: 24, height: 3, properties: { title: 'Alarms' } });
    const shown = alarms?.properties.alarms?.toSorted();
    expect(shown).toEqual(
      resourcesOf(template, 'AWS::CloudWatch::Alarm')
        .map(([id]) => id)
        .sort(),
    );
    expect(new Set(graphs.map(({ width, height }) => `${width} x ${height}`))).toEqual(new Set(['8 x 6']));
  });

  test('follows an event: received, waiting, handled', () => {
    const refusals = Object.values(AnswerCode).filter((code) => code !== AnswerCode.ACCEPTED);
    expect(linesOf(template)).toEqual({
      Webhooks: [
        'requests: Sum of AWS/ApiGateway Count',
        own(Metric.EVENTS_ACCEPTED),
        '4xx: Sum of AWS/ApiGateway 4xx',
        '429: Sum of SupaglueWebhooks RequestsThrottled-prod',
        '5xx: Sum of AWS/ApiGateway 5xx',
      ],
      'Rejected, by reason': refusals.map((reason) => own(Metric.EVENTS_REJECTED, reason)),
      'Time to answer (ms) and position of the matching secret': [
        'p50: p50 of AWS/ApiGateway Latency',
        'p99: p99 of AWS/ApiGateway Latency',
        `${own(Metric.SECRET_POSITION, Metric.SECRET_POSITION, 'Maximum')}, on the right`,
      ],
      Queue: [
        'waiting: Maximum of AWS/SQS ApproximateNumberOfMessagesVisible',
        'in work or backing off: Maximum of AWS/SQS ApproximateNumberOfMessagesNotVisible',
      ],
      'Oldest message (seconds)': [
        'ApproximateAgeOfOldestMessage: Maximum of AWS/SQS ApproximateAgeOfOldestMessage',
      ],
      'Dead-letter queue': [
        'visible: Maximum of AWS/SQS ApproximateNumberOfMessagesVisible',
        'not visible: Maximum of AWS/SQS ApproximateNumberOfMessagesNotVisible',
      ],
      Events: [
        own(Metric.EVENTS_PROCESSED),
        own(Metric.EVENTS_DUPLICATE),
        own(Metric.EVENTS_DEFERRED),
        own(Metric.EVENTS_RETRIED),
        own(Metric.EVENTS_UNHANDLED),
        own(Metric.ATTEMPT_ABANDONED),
        own(Metric.SYNCS_UNMAPPED),
        own(Metric.SYNCS_WITHOUT_ROWS),
      ],
      'Dead-lettered, by reason': Object.values(FailureReason).map((reason) =>
        own(Metric.EVENTS_DEAD_LETTERED, reason),
      ),
      'Received to completed (ms)': ['p50', 'p99'].map((stat) => own(Metric.EVENT_LATENCY, stat, stat)),
      'Function errors and throttles': [
        'ingest errors: Sum of AWS/Lambda Errors',
        'consumer errors: Sum of AWS/Lambda Errors',
        'ingest throttles: Sum of AWS/Lambda Throttles',
        'consumer throttles: Sum of AWS/Lambda Throttles',
      ],
      'Function duration (ms, p99) and concurrency': [
        'ingest: p99 of AWS/Lambda Duration',
        'consumer: p99 of AWS/Lambda Duration',
        'ingest at once: Maximum of AWS/Lambda ConcurrentExecutions, on the right',
        'consumer at once: Maximum of AWS/Lambda ConcurrentExecutions, on the right',
      ],
      Ledger: [
        'writes: Sum of AWS/DynamoDB ConsumedWriteCapacityUnits',
        'reads: Sum of AWS/DynamoDB ConsumedReadCapacityUnits',
        'throttled writes: Sum of AWS/DynamoDB WriteThrottleEvents, on the right',
      ],
    });
  });

  test('shows what reconciling adds, and nothing else then', () => {
    const plain = linesOf(template);
    const of = 'Function errors and throttles';
    expect(linesOf(reconciling)).toEqual({
      ...plain,
      Events: [...(plain['Events'] ?? []), own(Metric.EVENTS_RECONCILED)],
      [of]: [
        'reconcile errors: Sum of AWS/Lambda Errors',
        own(ReconcileMetric.GAPS_FOUND),
        own(ReconcileMetric.RECONCILE_STOPPED),
        ...(plain[of] ?? []),
      ],
    });
  });

  test('names the metrics of a function URL as such, and as those of a gateway', async () => {
    const { Webhooks } = linesOf(await synthesiseTemplate({ endpoint: 'function-url' }));
    expect(Webhooks).toEqual([
      'requests (function URL): Sum of AWS/Lambda UrlRequestCount',
      own(Metric.EVENTS_ACCEPTED),
      '4xx (function URL): Sum of AWS/Lambda Url4xxCount',
      '5xx (function URL): Sum of AWS/Lambda Url5xxCount',
    ]);
  });

  test('leaves out no metric of the functions', () => {
    const text = JSON.stringify(linesOf(reconciling));
    const names = [...Object.values(Metric), ...Object.values(ReconcileMetric)];
    expect(names.filter((name) => !text.includes(` ${name}`))).toEqual([]);
    const [, { Properties }] = resourceOf(template, 'AWS::CloudWatch::Dashboard');
    expect(Properties['DashboardName']).toBe('SupaglueWebhooks-prod');
  });
});
