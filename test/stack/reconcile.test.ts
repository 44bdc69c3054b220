import { beforeAll, describe, expect, test } from '@jest/globals';
import { METADATA_KEY } from '../../lambdas/contract/outputs.ts';
import { configOf } from '../../lib/settings.ts';
import {
  resourceOf,
  resourcesOf,
  statementsOf,
  synthesiseTemplate,
  type Template,
} from './synthesised-stack.ts';

const KEY_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-key-AbCdEf';

describe('a stack that reconciles, without a database', () => {
  let template: Template;
  let plain: Template;
  beforeAll(async () => {
    [template, plain] = await Promise.all([
      synthesiseTemplate({
        supaglueApiKeySecretArn: KEY_ARN,
        reconcileMinutes: '30',
        reconcileGraceMinutes: '90',
      }),
      synthesiseTemplate(),
    ]);
  });

  test('has a function of its own, and a schedule that may call it', () => {
    const [id, { Properties }] = resourceOf(template, 'AWS::Lambda::Function', 'Reconcile');
    expect(Properties['Environment']).toMatchObject({
      Variables: {
        SUPAGLUE_API_KEY_SECRET_ID: KEY_ARN,
        RECONCILE_GRACE_SECONDS: '5400',
        RECONCILE_GONE_PERCENT: '20',
      },
    });
    expect(resourceOf(template, 'AWS::Scheduler::Schedule')[1].Properties).toMatchObject({
      ScheduleExpression: 'rate(30 minutes)',
      // What was missed, the next run finds.
      Target: { Arn: { 'Fn::GetAtt': [id, 'Arn'] }, RetryPolicy: { MaximumRetryAttempts: 0 } },
    });
    const [, role] = resourceOf(template, 'AWS::IAM::Role', 'ScheduleRole');
    expect(role.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
    expect(template.Metadata?.[METADATA_KEY]).toMatchObject({ Default: { parts: { reconcile: id } } });
    expect(template.Outputs['ReconcileFunctionName']?.Value).toEqual({ Ref: id });
    expect(plain.Outputs).not.toHaveProperty('ReconcileFunctionName');
  });

  test('reads snapshots and contents in the ledger, and writes snapshots alone', () => {
    const policy = resourceOf(template, 'AWS::IAM::Policy', 'ReconcileRole')[1];
    const statements = statementsOf(policy).filter(({ Action }) =>
      JSON.stringify(Action).includes('dynamodb:'),
    );
    const keys = (...patterns: readonly string[]) => ({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
    });
    expect(statements.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      ['dynamodb:UpdateItem', keys('reconcile#snapshot*')],
      ['dynamodb:GetItem', keys('reconcile#snapshot*', '*.*')],
    ]);
  });

  test('tells the consumer, and rings for what the runbook explains', () => {
    const consumer = resourceOf(template, 'AWS::Lambda::Function', 'Consumer')[1].Properties;
    expect(consumer['Environment']).toMatchObject({ Variables: { RECONCILES: 'true' } });
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm.Properties);
    expect(alarms.slice(-2).map(({ AlarmName }) => AlarmName)).toEqual([
      'SupaglueWebhooks-prod-ReconcileFailed',
      'SupaglueWebhooks-prod-GapsFound',
    ]);
    const [failed, gaps] = alarms.slice(-2);
    const [functionId] = resourceOf(template, 'AWS::Lambda::Function', 'Reconcile');
    const own = (MetricName: string) => ({
      Namespace: 'SupaglueWebhooks',
      MetricName,
      Dimensions: [{ Name: 'service', Value: 'reconcile-prod' }],
    });
    const once = { Threshold: 1, EvaluationPeriods: 1, DatapointsToAlarm: 1 };
    const sum = { Period: 300, Stat: 'Sum' };
    expect(failed).toMatchObject({
      ...once,
      Metrics: [
        { Expression: 'FILL(m0, 0) + FILL(m1, 0)', Label: 'failed runs', ReturnData: true },
        {
          Id: 'm0',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Lambda',
              MetricName: 'Errors',
              Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId } }],
            },
            ...sum,
          },
        },
        { Id: 'm1', MetricStat: { Metric: own('ReconcileStopped'), ...sum } },
      ],
    });
    expect(gaps).toMatchObject({
      ...once,
      Metrics: [{ MetricStat: { Metric: own('GapsFound'), ...sum } }],
    });
    for (const { AlarmDescription } of alarms) expect(AlarmDescription).toMatch(/^[\x20-\x7e]+$/);
  });

  test('off, nothing of it is there', () => {
    expect(JSON.stringify(plain)).not.toMatch(/reconcil|gapsfound/i);
  });
});

test('every minute is a minute: AWS takes no rate of 1 minutes', async () => {
  const template = await synthesiseTemplate({ supaglueApiKeySecretArn: KEY_ARN, reconcileMinutes: '1' });
  expect(resourceOf(template, 'AWS::Scheduler::Schedule')[1].Properties['ScheduleExpression']).toBe(
    'rate(1 minute)',
  );
});

test('the API key belongs to it', () => {
  expect(() => configOf({ reconcile: { minutes: 30 } })).toThrow(
    "reconcile.minutes needs database.supaglueApiKeySecretArn: Supaglue's API is asked with it",
  );
  expect(
    configOf({ reconcile: { minutes: 30 }, database: { supaglueApiKeySecretArn: KEY_ARN } }),
  ).toMatchObject({
    reconcileMinutes: 30,
    supaglueApiKeySecretArn: KEY_ARN,
  });
});
