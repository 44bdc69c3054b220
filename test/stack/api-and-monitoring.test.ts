import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { AnswerCode } from '../../lambdas/contract/http.ts';
import { Metric } from '../../lambdas/contract/metrics.ts';
import { StackOutput } from '../../lambdas/contract/outputs.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { createResolver } from '../../local/assembly/intrinsics.ts';
import { resourceOf, resourcesOf, synthesiseTemplate, type Template } from './synthesised-stack.ts';

let template: Template;

beforeAll(async () => {
  template = await synthesiseTemplate();
});

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
    // Those of what is off by default: test/stack/reconcile.test.ts.
    const optional = headings.splice(headings.indexOf('ReconcileFailed'));
    expect(optional).toEqual(['ReconcileFailed', 'GapsFound']);
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

  /** What an alarm watches, with the metrics of an expression flattened: each with all that decides when it rings. */
  const watched = (name: string) => {
    const { AlarmName: _, AlarmDescription: __, AlarmActions: ___, OKActions: ____, ...rules } = alarm(name);
    return rules;
  };
  const QUIET = {
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  };
  const queueName = (part: string) => [
    {
      Name: 'QueueName',
      Value: { 'Fn::GetAtt': [resourceOf(template, 'AWS::SQS::Queue', part)[0], 'QueueName'] },
    },
  ];
  const functionName = (part: string) => [
    { Name: 'FunctionName', Value: { Ref: resourceOf(template, 'AWS::Lambda::Function', part)[0] } },
  ];
  const stat = (
    Id: string,
    metric: readonly [Namespace: string, MetricName: string, Dimensions: unknown],
    [Period, Stat]: readonly [number, string],
  ) => ({
    Id,
    MetricStat: {
      Metric: { Namespace: metric[0], MetricName: metric[1], Dimensions: metric[2] },
      Period,
      Stat,
    },
    ReturnData: false,
  });

  test('DeadLetters: one letter at any moment of a minute, those being looked at too', () => {
    const minute = [60, 'Maximum'] as const;
    expect(watched('DeadLetters')).toEqual({
      ...QUIET,
      Threshold: 1,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Metrics: [
        { Id: 'expr_1', Expression: 'visible + hidden', Label: 'dead letters', ReturnData: true },
        stat('visible', ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', queueName('DeadLetter')], minute),
        stat('hidden', ['AWS/SQS', 'ApproximateNumberOfMessagesNotVisible', queueName('DeadLetter')], minute),
      ],
    });
  });

  test('OldestMessage: of the main queue, two waits and a quarter of an hour', () => {
    expect(watched('OldestMessage')).toEqual({
      ...QUIET,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: queueName('QueuesQueue'),
      Period: 300,
      Statistic: 'Maximum',
      Threshold: 900 + 10 + 20,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
    });
  });

  test('IngestErrors: 5xx answers that go on, in two of three periods', () => {
    const [apiId] = resourceOf(template, 'AWS::ApiGatewayV2::Api');
    expect(watched('IngestErrors')).toEqual({
      ...QUIET,
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [
        { Name: 'ApiId', Value: { Ref: apiId } },
        { Name: 'Stage', Value: '$default' },
      ],
      Period: 300,
      Statistic: 'Sum',
      Threshold: 1,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
    });
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

  test('ConsumerDown: in three periods none ends well, or none starts although an event waits all the time', () => {
    const sum = [300, 'Sum'] as const;
    const visible = 'ApproximateNumberOfMessagesVisible';
    expect(watched('ConsumerDown')).toEqual({
      ...QUIET,
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      Metrics: [
        {
          Id: 'expr_1',
          Expression:
            'IF(FILL(errors, 0) >= FILL(invocations, 0) AND (FILL(errors, 0) > 0 OR FILL(waiting, 0) > 0), 1, 0)',
          Label: 'consumer down',
          ReturnData: true,
        },
        stat('errors', ['AWS/Lambda', 'Errors', functionName('Consumer')], sum),
        stat('invocations', ['AWS/Lambda', 'Invocations', functionName('Consumer')], sum),
        stat('waiting', ['AWS/SQS', visible, queueName('QueuesQueue')], [300, 'Minimum']),
      ],
    });
  });

  test.each([
    ['RefusedSources', 2, 3],
    ['MalformedRequests', 2, 3],
    ['TooLargeBodies', 1, 1],
    ['ThrottledRequests', 2, 3],
  ])('%s rings for one in %i of %i periods', (name, breaching, of) => {
    expect(watched(name)).toMatchObject({
      ...QUIET,
      Threshold: 1,
      DatapointsToAlarm: breaching,
      EvaluationPeriods: of,
    });
  });

  test('RejectedSignatures: the metric and dimensions that ingest writes, in two of three periods', () => {
    const metric = {
      Namespace: 'SupaglueWebhooks',
      MetricName: Metric.EVENTS_REJECTED,
      Dimensions: [
        { Name: 'reason', Value: AnswerCode.INVALID_SIGNATURE },
        { Name: 'service', Value: 'ingest-prod' },
      ],
    };
    expect(watched('RejectedSignatures')).toEqual({
      ...QUIET,
      Threshold: 1,
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
      Metrics: [
        expect.objectContaining({
          MetricStat: { Metric: metric, Period: 300, Stat: 'Sum' },
          ReturnData: true,
        }),
      ],
    });
  });

  test('ConsumerErrors: one in five minutes', () => {
    expect(watched('ConsumerErrors')).toEqual({
      ...QUIET,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: functionName('Consumer'),
      Period: 300,
      Statistic: 'Sum',
      Threshold: 1,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
    });
  });

  test('Throttles: of either function, whichever writes the metric', () => {
    const sum = [300, 'Sum'] as const;
    expect(watched('Throttles')).toEqual({
      ...QUIET,
      Threshold: 1,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Metrics: [
        {
          Id: 'expr_1',
          Expression: 'FILL(ingest, 0) + FILL(consumer, 0)',
          Label: 'throttled invocations',
          ReturnData: true,
        },
        stat('ingest', ['AWS/Lambda', 'Throttles', functionName('Ingest')], sum),
        stat('consumer', ['AWS/Lambda', 'Throttles', functionName('Consumer')], sum),
      ],
    });
  });
});

describe('the template', () => {
  test('has exactly the outputs of the contract', () => {
    const optional: readonly string[] = [
      StackOutput.FUNCTION_WEBHOOK_URL,
      StackOutput.RECONCILE_FUNCTION_NAME,
    ];
    const all = Object.values(StackOutput).filter((key) => !optional.includes(key));
    expect(Object.keys(template.Outputs).sort()).toEqual(all.sort());
    expect(template.Outputs['QueueUrl']?.Value).toEqual({
      Ref: resourceOf(template, 'AWS::SQS::Queue', 'QueuesQueue')[0],
    });
    expect(JSON.stringify(template.Outputs['WebhookUrl']?.Value)).toContain('/webhooks');
  });

  test('names the secret as people type it: without the suffix that its ARN has', () => {
    const arn =
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:SigningSecret12345678-abcdEFGH1234-XyZ123';
    const resolve = createResolver({
      pseudoParameters: {},
      parameterDefaults: new Map(),
      identify: () => ({ ref: arn, attributes: {} }),
    });
    expect(resolve(template.Outputs['SigningSecretName']?.Value, 'the output')).toBe(
      'SigningSecret12345678-abcdEFGH1234',
    );
  });

  test('holds nothing that no promise needs', () => {
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    expect([...types].filter((type) => /^Custom::|^AWS::CDK::/.test(type))).toEqual([]);
    expect(JSON.stringify(template)).not.toContain('aws:cdk:path');
  });
});
