import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { AnswerCode } from '../lambdas/contract/http.ts';
import {
  INGEST_SERVICE,
  Metric,
  RECONCILE_SERVICE,
  ReconcileMetric,
  serviceName,
} from '../lambdas/contract/metrics.ts';
import type { EndpointMetrics } from './ingest-url.ts';
import type { StackConfig } from './stack-config.ts';
import { webhookMetric } from './webhook-metrics.ts';
import type { WebhookQueues } from './webhook-queues.ts';

export interface WebhookAlarmsProps {
  readonly config: StackConfig;
  /** Begins the alarms' names. */
  readonly namePrefix: string;
  readonly topic: Topic;
  readonly queues: WebhookQueues;
  /** What receives requests. */
  readonly endpoints: readonly EndpointMetrics[];
  /** Requests that the gateway refused with 429; without one, Lambda's throttles tell of them. */
  readonly throttledRequests: IMetric | undefined;
  readonly ingest: LambdaFunction;
  readonly consumer: LambdaFunction;
  /** Absent while nothing is reconciled. */
  readonly reconcile: LambdaFunction | undefined;
}

interface AlarmRule {
  /** The alarm is called `<prefix>-<name>`, its heading in docs/runbook.md the same without the prefix. */
  readonly name: string;
  readonly meaning: string;
  readonly metric: IMetric;
  /** Alarms at this value or above. */
  readonly threshold: number;
  /** Periods that must be at the threshold, of the periods looked at. @default one of one */
  readonly periods?: { readonly breaching: number; readonly of: number };
}

/** One alarm for each thing that needs a person; each tells the topic when it starts and when it ends. */
export class WebhookAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: WebhookAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(props.topic);
    this.alarms = alarmRules(props).map((rule) => {
      const alarm = new Alarm(this, rule.name, {
        alarmName: `${props.namePrefix}-${rule.name}`,
        alarmDescription: `${rule.meaning} What to do: docs/runbook.md, heading ${rule.name}.`,
        metric: rule.metric,
        threshold: rule.threshold,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: rule.periods?.of ?? 1,
        datapointsToAlarm: rule.periods?.breaching ?? 1,
        // None of these metrics exists while nothing happens, and nothing happening is well: Lambda, HTTP API
        // and our own metrics have no zeros, and SQS falls silent for a queue that was empty and untouched for
        // six hours (one that holds a message counts as active).
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}

function alarmRules(props: WebhookAlarmsProps): readonly AlarmRule[] {
  const { config, queues, endpoints, throttledRequests, ingest, consumer, reconcile } = props;
  const rejected = (reason: AnswerCode) =>
    webhookMetric(Metric.EVENTS_REJECTED, serviceName(INGEST_SERVICE, config.stage), { reason });
  const minute = { period: Duration.minutes(1), statistic: 'Maximum' };
  const fiveMinutes = { period: Duration.minutes(5), statistic: 'Sum' };
  return [
    {
      name: 'DeadLetters',
      meaning: 'Events could not be handled and wait in the dead-letter queue.',
      // Those being looked at are not visible: without them a look would clear the alarm.
      metric: new MathExpression({
        expression: 'visible + hidden',
        label: 'dead letters',
        period: minute.period,
        usingMetrics: {
          visible: queues.deadLetterQueue.metricApproximateNumberOfMessagesVisible(minute),
          hidden: queues.deadLetterQueue.metricApproximateNumberOfMessagesNotVisible(minute),
        },
      }),
      threshold: 1,
    },
    {
      name: 'OldestMessage',
      meaning:
        'Events wait too long in the queue: the consumer is stopped, throttled or too slow, or (nothing is wrong then) a handler asked for a long wait on a first or second attempt.',
      metric: queues.queue.metricApproximateAgeOfOldestMessage({ ...fiveMinutes, statistic: 'Maximum' }),
      threshold: oldestMessageSeconds(config),
    },
    {
      name: 'IngestErrors',
      meaning: 'Webhooks are answered with 5xx: the secret is not set, or an AWS service fails.',
      metric: sumOf(endpoints.map((endpoint) => endpoint.metricServerError(fiveMinutes))),
      threshold: 1,
      // Svix repeats after 5 s and after 5 min: what goes on shows in a second period even if only one event
      // is sent, and what has passed by then needs nobody.
      periods: { breaching: 2, of: 3 },
    },
    {
      name: 'RejectedSignatures',
      meaning:
        'Requests have a wrong signature or time: the stored secret is not the one in use, or they are forgeries.',
      metric: rejected(AnswerCode.INVALID_SIGNATURE),
      threshold: 1,
      periods: { breaching: 2, of: 3 },
    },
    {
      name: 'RefusedSources',
      meaning:
        'Requests come from addresses outside allowedSources: Svix sends from others now, and its events are refused.',
      metric: rejected(AnswerCode.SOURCE_NOT_ALLOWED),
      threshold: 1,
      periods: { breaching: 2, of: 3 },
    },
    {
      name: 'MalformedRequests',
      meaning:
        'Requests lack a signature header or have one that cannot be read: something on the way drops them.',
      metric: new MathExpression({
        expression: 'FILL(missing, 0) + FILL(invalid, 0)',
        label: 'requests without readable signature headers',
        period: fiveMinutes.period,
        usingMetrics: {
          missing: rejected(AnswerCode.MISSING_HEADERS),
          invalid: rejected(AnswerCode.INVALID_HEADERS),
        },
      }),
      threshold: 1,
      periods: { breaching: 2, of: 3 },
    },
    {
      name: 'TooLargeBodies',
      meaning: 'A signed event is too large for the queue: it was refused for good, and is lost.',
      metric: rejected(AnswerCode.BODY_TOO_LARGE),
      threshold: 1,
    },
    ...(throttledRequests === undefined ? [] : [throttledRequestsRule(throttledRequests)]),
    {
      name: 'ConsumerErrors',
      meaning: 'The consumer itself failed (timeout, crash, wrong deploy); a failing handler does not count.',
      metric: consumer.metricErrors(fiveMinutes),
      threshold: 1,
    },
    {
      name: 'ConsumerDown',
      meaning:
        'No invocation of the consumer ends well, or none starts while events wait. SQS moves an event to the dead-letter queue after 50 receives, within hours, and gives no reason.',
      metric: new MathExpression({
        // A message that backs off is not visible: it alone does not wait for an invocation.
        expression:
          'IF(FILL(errors, 0) >= FILL(invocations, 0) AND (FILL(errors, 0) > 0 OR FILL(waiting, 0) > 0), 1, 0)',
        label: 'consumer down',
        period: fiveMinutes.period,
        usingMetrics: {
          errors: consumer.metricErrors(fiveMinutes),
          invocations: consumer.metricInvocations(fiveMinutes),
          waiting: queues.queue.metricApproximateNumberOfMessagesVisible({
            ...fiveMinutes,
            statistic: 'Minimum',
          }),
        },
      }),
      threshold: 1,
      periods: { breaching: 3, of: 3 },
    },
    {
      name: 'Throttles',
      meaning: 'Lambda refused invocations: the concurrency of the account is used up.',
      metric: new MathExpression({
        expression: 'FILL(ingest, 0) + FILL(consumer, 0)',
        label: 'throttled invocations',
        period: fiveMinutes.period,
        usingMetrics: {
          ingest: ingest.metricThrottles(fiveMinutes),
          consumer: consumer.metricThrottles(fiveMinutes),
        },
      }),
      threshold: 1,
    },
    ...(reconcile === undefined ? [] : reconcileRules(reconcile, config)),
  ];
}

function throttledRequestsRule(metric: IMetric): AlarmRule {
  return {
    name: 'ThrottledRequests',
    meaning: 'The gateway refuses requests with 429: more come than throttleRate lets through.',
    metric,
    threshold: 1,
    // What Svix repeats after 5 minutes is no loss; what goes on may be.
    periods: { breaching: 2, of: 3 },
  };
}

function reconcileRules(reconcile: LambdaFunction, { stage }: StackConfig): readonly AlarmRule[] {
  const service = serviceName(RECONCILE_SERVICE, stage);
  return [
    {
      name: 'ReconcileFailed',
      meaning:
        'The comparison with the API of Supaglue failed or stopped: gaps are not found, or too much is gone at once and nothing was deleted.',
      metric: sumOf(
        [
          reconcile.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),
          webhookMetric(ReconcileMetric.RECONCILE_STOPPED, service),
        ],
        'failed runs',
      ),
      threshold: 1,
    },
    {
      name: 'GapsFound',
      meaning: 'Supaglue did not tell of something: it was found in its API, and made up for.',
      metric: webhookMetric(ReconcileMetric.GAPS_FOUND, service),
      threshold: 1,
    },
  ];
}

/** Over five minutes, as each of them. */
function sumOf(metrics: readonly IMetric[], label = '5xx'): IMetric {
  const [only] = metrics;
  if (only !== undefined && metrics.length === 1) return only;
  const named = metrics.map((metric, index) => [`m${index}`, metric] as const);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    label,
    period: Duration.minutes(5),
    usingMetrics: Object.fromEntries(named),
  });
}

/**
 * The age metric leaves out messages received three times or more, so retries show in it only until their
 * third receive: after two waits. A quarter of an hour beyond that is a queue that does not drain, or a handler
 * that asked for a longer wait than the backoff's (`RetryAfterError`, up to 11 h): the metric cannot tell them apart.
 */
function oldestMessageSeconds({ backoffBaseSeconds, backoffCapSeconds }: StackConfig): number {
  return 15 * 60 + backoffBaseSeconds + Math.min(2 * backoffBaseSeconds, backoffCapSeconds);
}
