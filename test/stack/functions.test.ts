import { beforeAll, describe, expect, test } from '@jest/globals';
import { ConsumerEnvironment, IngestEnvironment } from '../../lambdas/contract/environment.ts';
import {
  resourceOf,
  resourcesOf,
  type Statement,
  statementsOf,
  synthesiseTemplate,
  type Template,
} from './synthesised-stack.ts';

let template: Template;
let queueId: string;
let deadLetterQueueId: string;

beforeAll(async () => {
  template = await synthesiseTemplate();
  [deadLetterQueueId] = resourceOf(template, 'AWS::SQS::Queue', 'DeadLetter');
  [queueId] = resourceOf(template, 'AWS::SQS::Queue', 'QueuesQueue');
});

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const functionOf = (part: string) => resourceOf(template, 'AWS::Lambda::Function', part)[1].Properties;
const variablesOf = (part: string) =>
  (functionOf(part)['Environment'] as { Variables: Record<string, unknown> }).Variables;

describe('event source mapping', () => {
  test('takes batches of ten, five at once, and lets each message fail alone', () => {
    expect(resourceOf(template, 'AWS::Lambda::EventSourceMapping')[1].Properties).toEqual({
      BatchSize: 10,
      EventSourceArn: arnOf(queueId),
      FunctionName: { Ref: resourceOf(template, 'AWS::Lambda::Function', 'Consumer')[0] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumBatchingWindowInSeconds: 0,
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });
});

describe('functions', () => {
  const both = ['Ingest', 'Consumer'];

  test.each(both)('%s runs Node.js 24 on ARM64 with JSON logs in a group of its own', (part) => {
    expect(functionOf(part)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      LoggingConfig: {
        LogFormat: 'JSON',
        ApplicationLogLevel: 'INFO',
        SystemLogLevel: 'WARN',
        LogGroup: { Ref: resourceOf(template, 'AWS::Logs::LogGroup', `${part}Logs`)[0] },
      },
    });
  });

  test.each(both)('%s reserves no concurrency and is not traced unless asked', (part) => {
    expect(Object.keys(functionOf(part))).not.toContain('ReservedConcurrentExecutions');
    expect(Object.keys(functionOf(part))).not.toContain('TracingConfig');
  });

  test.each(both)('%s reads its source maps only when a stack is shown', (part) => {
    // Node would read them at each cold start; lambdas/runtime/source-lines.ts does it at the first stack.
    expect(Object.keys(variablesOf(part))).not.toContain('NODE_OPTIONS');
  });

  test.each(both)('%s names its service', (part) => {
    expect(variablesOf(part)).toMatchObject({
      POWERTOOLS_SERVICE_NAME: `${part.toLowerCase()}-prod`,
      POWERTOOLS_METRICS_NAMESPACE: 'SupaglueWebhooks',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    });
  });

  test('each has its own code', () => {
    expect(functionOf('Ingest')['Code']).not.toEqual(functionOf('Consumer')['Code']);
  });

  test('ingest gets every variable of its contract; what is optional only when configured', () => {
    const { ALLOWED_SOURCES, SOURCES, ...required } = IngestEnvironment;
    expect(Object.keys(variablesOf('Ingest'))).toEqual(expect.arrayContaining(Object.values(required)));
    for (const optional of [ALLOWED_SOURCES, SOURCES]) {
      expect(Object.keys(variablesOf('Ingest'))).not.toContain(optional);
    }
    expect(variablesOf('Ingest')).toMatchObject({
      QUEUE_URL: { Ref: queueId },
      SIGNING_SECRET_ID: { Ref: resourceOf(template, 'AWS::SecretsManager::Secret')[0] },
    });
    expect(functionOf('Ingest')['Timeout']).toBe(10);
  });

  test('the consumer gets every variable of its contract; what is optional only when configured', () => {
    const names = Object.values(ConsumerEnvironment);
    const found = Object.keys(variablesOf('Consumer'));
    const optional = /^(?:PAGERDUTY|SLACK|DATABASE|SUPAGLUE|CLEAN_SUPAGLUE|APPLICATION)_/;
    expect(found).toEqual(expect.arrayContaining(names.filter((name) => !optional.test(name))));
    expect(found.filter((name) => optional.test(name))).toEqual([]);
    expect(variablesOf('Consumer')).toMatchObject({
      QUEUE_URL: { Ref: queueId },
      DEAD_LETTER_QUEUE_URL: { Ref: deadLetterQueueId },
      LEDGER_TABLE_NAME: { Ref: resourceOf(template, 'AWS::DynamoDB::GlobalTable')[0] },
      ALERT_TOPIC_ARN: { Ref: resourceOf(template, 'AWS::SNS::Topic')[0] },
      ALERT_WINDOW_SECONDS: '3600',
      MAX_ATTEMPTS: '12',
      MAX_RECEIVE_COUNT: '50',
      BACKOFF_BASE_SECONDS: '10',
      BACKOFF_CAP_SECONDS: '900',
      QUEUE_RETENTION_SECONDS: '604800',
      LEDGER_RETENTION_DAYS: '100',
    });
  });
});

describe('permissions', () => {
  const grants = (part: string) =>
    statementsOf(resourceOf(template, 'AWS::IAM::Policy', part)[1]).map(
      ({ Effect, Action, Resource: resource }: Statement) => [
        Effect,
        [Action].flat().sort().join(' '),
        resource,
      ],
    );
  const logsOf = (part: string) => arnOf(resourceOf(template, 'AWS::Logs::LogGroup', part)[0]);

  test('ingest may send to the queue, read the secret, write its log', () => {
    expect(grants('Ingest')).toEqual([
      ['Allow', 'logs:CreateLogStream logs:PutLogEvents', logsOf('IngestLogs')],
      ['Allow', 'sqs:SendMessage', arnOf(queueId)],
      [
        'Allow',
        'secretsmanager:GetSecretValue',
        { Ref: resourceOf(template, 'AWS::SecretsManager::Secret')[0] },
      ],
    ]);
  });

  test('the consumer may poll, dead-letter, keep the ledger, alert, write its log', () => {
    expect(grants('Consumer')).toEqual([
      ['Allow', 'logs:CreateLogStream logs:PutLogEvents', logsOf('ConsumerLogs')],
      [
        'Allow',
        'sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage',
        arnOf(queueId),
      ],
      ['Allow', 'sqs:SendMessage', arnOf(deadLetterQueueId)],
      [
        'Allow',
        'dynamodb:GetItem dynamodb:UpdateItem',
        arnOf(resourceOf(template, 'AWS::DynamoDB::GlobalTable')[0]),
      ],
      ['Allow', 'sns:Publish', { Ref: resourceOf(template, 'AWS::SNS::Topic')[0] }],
    ]);
  });

  test('no role holds a managed policy', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role');
    expect(roles).toHaveLength(2);
    for (const [, { Properties }] of roles)
      expect(Object.keys(Properties)).not.toContain('ManagedPolicyArns');
  });
});
