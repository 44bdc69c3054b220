import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { FailureReason } from '../../lambdas/contract/failure.ts';
import { AnswerCode } from '../../lambdas/contract/http.ts';
import { Metric } from '../../lambdas/contract/metrics.ts';
import { StackOutput } from '../../lambdas/contract/outputs.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { resourceOf, resourcesOf, synthesiseTemplate, type Template } from './synthesised-stack.ts';

let template: Template;

beforeAll(async () => {
  template = await synthesiseTemplate();
}, 60_000);

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('HTTP API', () => {
  test('has one route, POST /webhooks, throttled', () => {
    expect(resourceOf(template, 'AWS::ApiGatewayV2::Route')[1].Properties['RouteKey']).toBe('POST /webhooks');
    expect(resourceOf(template, 'AWS::ApiGatewayV2::Stage')[1].Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    });
    expect(resourceOf(template, 'AWS::ApiGatewayV2::Integration')[1].Properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
  });

  test('logs requests as JSON, without anything that they carried', () => {
    const [, { Properties }] = resourceOf(template, 'AWS::ApiGatewayV2::Stage');
    const { DestinationArn, Format } = Properties['AccessLogSettings'] as Record<string, string>;
    expect(DestinationArn).toEqual(arnOf(resourceOf(template, 'AWS::Logs::LogGroup', 'AccessLogs')[0]));
    expect(JSON.parse(Format ?? '')).toMatchObject({
      requestId: '$context.requestId',
      status: '$context.status',
      sourceIp: '$context.identity.sourceIp',
    });
    expect(Format).not.toMatch(/header|body|querystring|\$context\.path|authorizer/i);
  });
});

describe('logs', () => {
  test('expire, in every group', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup');
    expect(groups.map(([, { Properties }]) => Properties['RetentionInDays'])).toEqual([30, 30, 30]);
  });
});

describe('alarms', () => {
  const alarms = () =>
    resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
  const alarm = (name: string) => {
    const found = alarms().find(({ AlarmName }) => AlarmName === `SupaglueWebhooks-prod-${name}`);
    if (found === undefined) throw new Error(`no alarm ${name}`);
    return found;
  };

  test('are named after the stack and the runbook’s headings', async () => {
    const runbook = await readFile(`${projectDirectory}docs/runbook.md`, 'utf8');
    const headings = [...runbook.matchAll(/^## ([A-Z][A-Za-z]+)$/gm)].map(([, heading]) => heading);
    expect(alarms().map(({ AlarmName }) => AlarmName)).toEqual(
      headings.map((heading) => `SupaglueWebhooks-prod-${heading}`),
    );
    expect(headings).toHaveLength(11);
    for (const [index, { AlarmDescription }] of alarms().entries()) {
      expect(AlarmDescription).toContain(`docs/runbook.md, heading ${headings[index]}.`);
      // CloudFormation turns other characters into question marks.
      expect(AlarmDescription).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  test('tell the topic when they start and when they end, and stay quiet without data', () => {
    const [topicId] = resourceOf(template, 'AWS::SNS::Topic');
    for (const properties of alarms()) {
      expect(properties).toMatchObject({
        AlarmActions: [{ Ref: topicId }],
        OKActions: [{ Ref: topicId }],
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
    }
  });

  test('DeadLetters counts those being looked at too', () => {
    const { Metrics, Threshold } = alarm('DeadLetters');
    expect(Threshold).toBe(1);
    const queueName = {
      Name: 'QueueName',
      Value: { 'Fn::GetAtt': [resourceOf(template, 'AWS::SQS::Queue', 'DeadLetter')[0], 'QueueName'] },
    };
    const stat = (MetricName: string) =>
      expect.objectContaining({
        MetricStat: expect.objectContaining({
          Metric: { Namespace: 'AWS/SQS', MetricName, Dimensions: [queueName] },
          Stat: 'Maximum',
        }),
      });
    expect(Metrics).toEqual([
      expect.objectContaining({ Expression: 'visible + hidden', ReturnData: true }),
      stat('ApproximateNumberOfMessagesVisible'),
      stat('ApproximateNumberOfMessagesNotVisible'),
    ]);
  });

  test('OldestMessage leaves two waits and a quarter of an hour', () => {
    expect(alarm('OldestMessage')).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 900 + 10 + 20,
    });
  });

  test('IngestErrors counts 5xx answers that go on', () => {
    expect(alarm('IngestErrors')).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Threshold: 1,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
    });
  });

  test('RejectedSignatures watches the metric and dimensions that ingest writes', () => {
    expect(JSON.stringify(alarm('RejectedSignatures')['Metrics'])).toContain(
      JSON.stringify({
        Dimensions: [
          { Name: 'reason', Value: AnswerCode.INVALID_SIGNATURE },
          { Name: 'service', Value: 'ingest-prod' },
        ],
        MetricName: Metric.EVENTS_REJECTED,
        Namespace: 'SupaglueWebhooks',
      }),
    );
  });

  test.each([
    ['RefusedSources', AnswerCode.SOURCE_NOT_ALLOWED],
    ['MalformedRequests', AnswerCode.MISSING_HEADERS],
    ['MalformedRequests', AnswerCode.INVALID_HEADERS],
    ['TooLargeBodies', AnswerCode.BODY_TOO_LARGE],
  ])('%s watches the rejections with code %s', (name, reason) => {
    const text = JSON.stringify(alarm(name));
    expect(text).toContain(
      JSON.stringify({
        Dimensions: [
          { Name: 'reason', Value: reason },
          { Name: 'service', Value: 'ingest-prod' },
        ],
        MetricName: Metric.EVENTS_REJECTED,
        Namespace: 'SupaglueWebhooks',
      }).slice(1, -1),
    );
  });

  test('every code of an answer but the accepted one has an alarm: nothing is refused in silence', () => {
    const text = JSON.stringify(alarms());
    const unwatched = Object.values(AnswerCode).filter((code) => !text.includes(`"${code}"`));
    // Both are 5xx, which IngestErrors counts.
    expect(unwatched).toEqual([AnswerCode.ACCEPTED, AnswerCode.NOT_CONFIGURED, AnswerCode.UNAVAILABLE]);
  });

  test('ThrottledRequests counts the 429 of the access log, which no function sees', () => {
    const [, { Properties }] = resourceOf(template, 'AWS::Logs::MetricFilter');
    const [transformation] = Properties['MetricTransformations'] as { MetricName: string }[];
    expect(Properties['FilterPattern']).toBe('{ $.status = "429" }');
    expect(JSON.stringify(alarm('ThrottledRequests'))).toContain(
      JSON.stringify({ MetricName: transformation?.MetricName, Namespace: 'SupaglueWebhooks' }),
    );
  });

  test('ConsumerDown compares errors with invocations, and looks for events that nobody takes', () => {
    const { Metrics, EvaluationPeriods, DatapointsToAlarm } = alarm('ConsumerDown');
    expect([EvaluationPeriods, DatapointsToAlarm]).toEqual([3, 3]);
    for (const name of ['Errors', 'Invocations', 'ApproximateNumberOfMessagesVisible']) {
      expect(JSON.stringify(Metrics)).toContain(`"MetricName":"${name}"`);
    }
  });

  test('ConsumerErrors and Throttles watch Lambda', () => {
    expect(alarm('ConsumerErrors')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [
        {
          Name: 'FunctionName',
          Value: { Ref: resourceOf(template, 'AWS::Lambda::Function', 'Consumer')[0] },
        },
      ],
    });
    const throttles = JSON.stringify(alarm('Throttles')['Metrics']);
    for (const part of ['Ingest', 'Consumer']) {
      expect(throttles).toContain(resourceOf(template, 'AWS::Lambda::Function', part)[0]);
    }
  });
});

describe('dashboard', () => {
  test('shows every metric, rejections and dead letters by each reason', () => {
    const [, { Properties }] = resourceOf(template, 'AWS::CloudWatch::Dashboard');
    expect(Properties['DashboardName']).toBe('SupaglueWebhooks-prod');
    const body = JSON.stringify(Properties['DashboardBody']);
    const rejections = Object.values(AnswerCode).filter((code) => code !== AnswerCode.ACCEPTED);
    for (const name of [...Object.values(Metric), ...rejections, ...Object.values(FailureReason)]) {
      expect(body).toContain(name);
    }
  });
});

describe('the template', () => {
  test('has exactly the outputs of the contract', () => {
    expect(Object.keys(template.Outputs).sort()).toEqual(Object.values(StackOutput).sort());
    expect(template.Outputs['QueueUrl']?.Value).toEqual({
      Ref: resourceOf(template, 'AWS::SQS::Queue', 'QueuesQueue')[0],
    });
    expect(JSON.stringify(template.Outputs['WebhookUrl']?.Value)).toContain('/webhooks');
  });

  test('holds nothing that no promise needs', () => {
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    expect([...types].filter((type) => /^Custom::|^AWS::CDK::/.test(type))).toEqual([]);
    expect(JSON.stringify(template)).not.toContain('aws:cdk:path');
  });
});
