import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  resourceOf,
  resourcesOf,
  statementsOf,
  synthesiseTemplate,
  type Template,
} from './synthesised-stack.ts';

const PAGER_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pager-AbCdEf';
const SLACK_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-GhIjKl';
const DATABASE_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:database-AbCdEf';
const AUTHORITY_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:authority-AbCdEf';
const API_KEY_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:api-key-AbCdEf';
const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
/** The values that are text of the user's own, whole or what of them is told apart most easily. */
const CONFIGURED = [
  'on-call@example.com',
  'on-call',
  'events.example.com',
  'abc/enqueue',
  '192.0.2.0',
  '2001:db8::1',
  'pager-AbCdEf',
  'slack-GhIjKl',
  'database-AbCdEf',
  'authority-AbCdEf',
  'api-key-AbCdEf',
  '0a1b2c3d-0000',
  'vpc-0a1b2c3d',
  'subnet-0a1b2c3d',
  'sg-0a1b2c3d',
];
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555';

describe('every option set', () => {
  let template: Template;

  beforeAll(async () => {
    template = await synthesiseTemplate({
      stage: 'trial-2',
      alertEmail: 'on-call@example.com',
      alertEndpoint: 'https://events.example.com/integration/abc/enqueue',
      alertWindowSeconds: '0',
      pagerDutySecretArn: PAGER_ARN,
      slackSecretArn: SLACK_ARN,
      throttleRate: '500',
      throttleBurst: '700',
      maxConcurrency: '40',
      batchSize: '5',
      batchWindowSeconds: '20',
      maxAttempts: '7',
      backoffBaseSeconds: '60',
      backoffCapSeconds: '7200',
      handlerTimeoutSeconds: '110',
      ledgerRetentionDays: '22',
      logRetentionDays: '90',
      allowedSources: '192.0.2.0/24, 2001:db8::1',
      tracing: 'true',
      retainData: 'false',
      alertTopicKeyArn: KEY_ARN,
      databaseSecretArn: DATABASE_ARN,
      databaseCaSecretArn: AUTHORITY_ARN,
      supaglueSchema: 'sync',
      applicationSchema: 'crm',
      cleanSupaglueTables: 'true',
      supaglueApiKeySecretArn: API_KEY_ARN,
      supaglueApiUrl: 'https://supaglue.example.com/mgmt/v2',
      connectionSchemas: 'connection-1=tenant_1, connection-2=tenant_2',
      vpcId: 'vpc-0a1b2c3d',
      subnetIds: 'subnet-0a1b2c3d, subnet-1a1b2c3d',
      securityGroupIds: 'sg-0a1b2c3d',
    });
  });

  test('show in no id, output or description: a deploy prints those, and a stack’s events keep them', () => {
    const printed = [
      ...Object.entries(template.Resources).flatMap(([id, { Properties = {}, ...resource }]) => [
        id,
        resource,
        Object.entries(Properties).filter(([name]) => /Description|DisplayName/.test(name)),
      ]),
      template.Outputs,
      template.Metadata,
    ];
    // Logical ids are without punctuation.
    const text = JSON.stringify(printed)
      .replace(/[^A-Za-z0-9]/g, '')
      .toLowerCase();
    for (const value of CONFIGURED) {
      expect(text).not.toContain(value.replace(/[^A-Za-z0-9]/g, '').toLowerCase());
    }
  });

  const functionOf = (part: string) => resourceOf(template, 'AWS::Lambda::Function', part)[1].Properties;

  test('names stack, alarms and dashboard after the stage', () => {
    const names = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => Properties['AlarmName'],
    );
    expect(names).toContain('SupaglueWebhooks-trial-2-DeadLetters');
    expect(resourceOf(template, 'AWS::CloudWatch::Dashboard')[1].Properties['DashboardName']).toBe(
      'SupaglueWebhooks-trial-2',
    );
  });

  test('reach the functions', () => {
    expect(functionOf('Consumer')['Timeout']).toBe(120);
    expect(functionOf('Consumer')['Environment']).toMatchObject({
      Variables: {
        ALERT_WINDOW_SECONDS: '0',
        PAGERDUTY_SECRET_ID: PAGER_ARN,
        SLACK_SECRET_ID: SLACK_ARN,
        MAX_ATTEMPTS: '7',
        BACKOFF_BASE_SECONDS: '60',
        BACKOFF_CAP_SECONDS: '7200',
        LEDGER_RETENTION_DAYS: '22',
        DATABASE_SECRET_ID: DATABASE_ARN,
        DATABASE_CA_SECRET_ID: AUTHORITY_ARN,
        SUPAGLUE_SCHEMA: 'sync',
        APPLICATION_SCHEMA: 'crm',
        CLEAN_SUPAGLUE_TABLES: 'true',
        SUPAGLUE_API_KEY_SECRET_ID: API_KEY_ARN,
        SUPAGLUE_API_URL: 'https://supaglue.example.com/mgmt/v2',
        SUPAGLUE_CONNECTION_SCHEMAS: '{"connection-1":"tenant_1","connection-2":"tenant_2"}',
      },
    });
    expect(functionOf('Ingest')['Environment']).toMatchObject({
      Variables: { ALLOWED_SOURCES: '192.0.2.0/24,2001:db8::1' },
    });
  });

  test('reach the event source, and the queue’s visibility follows timeout and window', () => {
    expect(resourceOf(template, 'AWS::Lambda::EventSourceMapping')[1].Properties).toMatchObject({
      BatchSize: 5,
      MaximumBatchingWindowInSeconds: 20,
      ScalingConfig: { MaximumConcurrency: 40 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(resourceOf(template, 'AWS::SQS::Queue', 'QueuesQueue')[1].Properties['VisibilityTimeout']).toBe(
      6 * 120 + 20,
    );
  });

  test('reach throttle, logs and the age that alarms', () => {
    expect(resourceOf(template, 'AWS::ApiGatewayV2::Stage')[1].Properties['DefaultRouteSettings']).toEqual({
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 700,
    });
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Logs::LogGroup')) {
      expect(Properties['RetentionInDays']).toBe(90);
    }
    expect(resourceOf(template, 'AWS::CloudWatch::Alarm', 'OldestMessage')[1].Properties['Threshold']).toBe(
      900 + 60 + 120,
    );
  });

  test('subscribe people and systems', () => {
    const subscriptions = resourcesOf(template, 'AWS::SNS::Subscription').map(([, { Properties }]) => [
      Properties['Protocol'],
      Properties['Endpoint'],
    ]);
    expect(subscriptions).toEqual([
      ['email', 'on-call@example.com'],
      ['https', 'https://events.example.com/integration/abc/enqueue'],
    ]);
  });

  test('encrypt the topic with the customer’s key, which the consumer may use for it alone', () => {
    expect(resourceOf(template, 'AWS::SNS::Topic')[1].Properties['KmsMasterKeyId']).toBe(KEY_ARN);
    expect(statementsOf(resourceOf(template, 'AWS::IAM::Policy', 'Consumer')[1])).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: KEY_ARN,
      Condition: {
        StringEquals: {
          'kms:EncryptionContext:aws:sns:topicArn': { Ref: resourceOf(template, 'AWS::SNS::Topic')[0] },
        },
      },
    });
  });

  test('trace both functions, and allow no more than that needs', () => {
    for (const part of ['Ingest', 'Consumer']) {
      expect(functionOf(part)['TracingConfig']).toEqual({ Mode: 'Active' });
      expect(statementsOf(resourceOf(template, 'AWS::IAM::Policy', part)[1])).toContainEqual({
        Effect: 'Allow',
        // CDK puts what is allowed on the same resource into one statement.
        Action: [
          ...(part === 'Consumer' ? NETWORK_ACTIONS : []),
          'xray:PutTelemetryRecords',
          'xray:PutTraceSegments',
        ],
        Resource: '*',
      });
    }
  });

  test('put the consumer, and it alone, into the database’s network', () => {
    expect(functionOf('Consumer')['VpcConfig']).toEqual({
      SubnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'],
      SecurityGroupIds: ['sg-0a1b2c3d'],
    });
    expect(functionOf('Ingest')['VpcConfig']).toBeUndefined();
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::EC2::'))).toEqual([]);
  });

  test('retainData=false leaves nothing behind', () => {
    const kept = Object.entries(template.Resources).filter(([, resource]) =>
      [resource.DeletionPolicy, resource.UpdateReplacePolicy].some((policy) => policy?.startsWith('Retain')),
    );
    expect(kept.map(([id]) => id)).toEqual([]);
    expect(resourceOf(template, 'AWS::DynamoDB::GlobalTable')[1].Properties['Replicas']).toEqual([
      expect.objectContaining({
        DeletionProtectionEnabled: false,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    ]);
    for (const type of ['AWS::SQS::Queue', 'AWS::DynamoDB::GlobalTable', 'AWS::SecretsManager::Secret']) {
      for (const [, resource] of resourcesOf(template, type)) expect(resource.DeletionPolicy).toBe('Delete');
    }
  });
});

test('with a database and no word of Supaglue’s own tables, nothing is deleted from those', async () => {
  const template = await synthesiseTemplate({ databaseSecretArn: DATABASE_ARN });
  const [, { Properties }] = resourceOf(template, 'AWS::Lambda::Function', 'Consumer');
  expect(Properties['Environment']).toMatchObject({ Variables: { CLEAN_SUPAGLUE_TABLES: 'false' } });
});

test('without an address nobody is subscribed, and without a database nothing of it is there', async () => {
  const template = await synthesiseTemplate();
  expect(resourcesOf(template, 'AWS::SNS::Subscription')).toEqual([]);
  const text = JSON.stringify([resourcesOf(template, 'AWS::Lambda::Function'), template.Outputs]);
  expect(text).not.toMatch(/DATABASE|SCHEMA|CLEAN_|VpcConfig|DatabaseSecretArn/);
});
