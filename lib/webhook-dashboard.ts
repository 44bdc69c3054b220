import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { FailureReason } from '../lambdas/contract/failure.ts';
import { AnswerCode } from '../lambdas/contract/http.ts';
import {
  CONSUMER_SERVICE,
  INGEST_SERVICE,
  Metric,
  RECONCILE_SERVICE,
  ReconcileMetric,
  serviceName,
} from '../lambdas/contract/metrics.ts';
import type { WebhookAlarmsProps } from './webhook-alarms.ts';
import { webhookMetric } from './webhook-metrics.ts';

export interface WebhookDashboardProps extends Omit<WebhookAlarmsProps, 'namePrefix' | 'topic'> {
  readonly dashboardName: string;
  readonly alarms: readonly Alarm[];
  readonly ledger: TableV2;
}

/** One page that follows an event from left to right: received, waiting, handled. */
export class WebhookDashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: WebhookDashboardProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    const { dashboardName } = props;
    new Dashboard(this, 'Resource', {
      dashboardName,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 3 })],
        ingestWidgets(props),
        queueWidgets(props),
        handlingWidgets(props),
        functionWidgets(props),
      ],
    });
    this.url = `https://console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`;
  }
}

function graph(title: string, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left, right, width: 8, height: 6 });
}

function ingestWidgets({ config, endpoints, throttledRequests }: WebhookDashboardProps): GraphWidget[] {
  const service = serviceName(INGEST_SERVICE, config.stage);
  const rejections = Object.values(AnswerCode).filter((code) => code !== AnswerCode.ACCEPTED);
  return [
    graph('Webhooks', [
      ...endpoints.map((endpoint) => endpoint.metricCount({ label: 'requests', statistic: 'Sum' })),
      webhookMetric(Metric.EVENTS_ACCEPTED, service),
      ...endpoints.map((endpoint) => endpoint.metricClientError({ label: '4xx', statistic: 'Sum' })),
      ...(throttledRequests === undefined ? [] : [throttledRequests]),
      ...endpoints.map((endpoint) => endpoint.metricServerError({ label: '5xx', statistic: 'Sum' })),
    ]),
    graph(
      'Rejected, by reason',
      rejections.map((reason) => webhookMetric(Metric.EVENTS_REJECTED, service, { reason })),
    ),
    graph(
      'Time to answer (ms) and position of the matching secret',
      endpoints.flatMap((endpoint) =>
        ['p50', 'p99'].map((statistic) => endpoint.metricLatency({ statistic, label: statistic })),
      ),
      [webhookMetric(Metric.SECRET_POSITION, service, { statistic: 'Maximum' })],
    ),
  ];
}

function queueWidgets({ queues: { queue, deadLetterQueue } }: WebhookDashboardProps): GraphWidget[] {
  return [
    graph('Queue', [
      queue.metricApproximateNumberOfMessagesVisible({ label: 'waiting' }),
      queue.metricApproximateNumberOfMessagesNotVisible({ label: 'in work or backing off' }),
    ]),
    graph('Oldest message (seconds)', [queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' })]),
    graph('Dead-letter queue', [
      deadLetterQueue.metricApproximateNumberOfMessagesVisible({ label: 'visible', statistic: 'Maximum' }),
      deadLetterQueue.metricApproximateNumberOfMessagesNotVisible({
        label: 'not visible',
        statistic: 'Maximum',
      }),
    ]),
  ];
}

function handlingWidgets({ config, reconcile }: WebhookDashboardProps): GraphWidget[] {
  const service = serviceName(CONSUMER_SERVICE, config.stage);
  const counts = [
    Metric.EVENTS_PROCESSED,
    Metric.EVENTS_DUPLICATE,
    Metric.EVENTS_DEFERRED,
    Metric.EVENTS_RETRIED,
    Metric.EVENTS_UNHANDLED,
    Metric.ATTEMPT_ABANDONED,
    Metric.SYNCS_UNMAPPED,
    Metric.SYNCS_WITHOUT_ROWS,
    ...(reconcile === undefined ? [] : [Metric.EVENTS_RECONCILED]),
  ];
  return [
    graph(
      'Events',
      counts.map((name) => webhookMetric(name, service)),
    ),
    graph(
      'Dead-lettered, by reason',
      Object.values(FailureReason).map((reason) =>
        webhookMetric(Metric.EVENTS_DEAD_LETTERED, service, { reason }),
      ),
    ),
    graph(
      'Received to completed (ms)',
      ['p50', 'p99'].map((statistic) =>
        webhookMetric(Metric.EVENT_LATENCY, service, { statistic, label: statistic }),
      ),
    ),
  ];
}

function functionWidgets({
  config,
  ingest,
  consumer,
  ledger,
  reconcile,
}: WebhookDashboardProps): GraphWidget[] {
  const reconciling = [ReconcileMetric.GAPS_FOUND, ReconcileMetric.RECONCILE_STOPPED].map((name) =>
    webhookMetric(name, serviceName(RECONCILE_SERVICE, config.stage)),
  );
  return [
    graph('Function errors and throttles', [
      ...(reconcile === undefined
        ? []
        : [reconcile.metricErrors({ label: 'reconcile errors' }), ...reconciling]),
      ingest.metricErrors({ label: 'ingest errors' }),
      consumer.metricErrors({ label: 'consumer errors' }),
      ingest.metricThrottles({ label: 'ingest throttles' }),
      consumer.metricThrottles({ label: 'consumer throttles' }),
    ]),
    graph(
      'Function duration (ms, p99) and concurrency',
      [
        ingest.metricDuration({ label: 'ingest', statistic: 'p99' }),
        consumer.metricDuration({ label: 'consumer', statistic: 'p99' }),
      ],
      [
        ingest.metric('ConcurrentExecutions', { label: 'ingest at once', statistic: 'Maximum' }),
        consumer.metric('ConcurrentExecutions', { label: 'consumer at once', statistic: 'Maximum' }),
      ],
    ),
    graph(
      'Ledger',
      [
        ledger.metricConsumedWriteCapacityUnits({ label: 'writes' }),
        ledger.metricConsumedReadCapacityUnits({ label: 'reads' }),
      ],
      [ledger.metric('WriteThrottleEvents', { label: 'throttled writes', statistic: 'Sum' })],
    ),
  ];
}
