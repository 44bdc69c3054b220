import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Resource,
  resourceOf,
  resourcesOf,
  statementsOf,
  synthesiseTemplate,
  type Template,
} from './synthesised-stack.ts';

let template: Template;
let queueId: string;
let queue: Resource;
let deadLetterQueueId: string;
let deadLetterQueue: Resource;

beforeAll(async () => {
  template = await synthesiseTemplate();
  [deadLetterQueueId, deadLetterQueue] = resourceOf(template, 'AWS::SQS::Queue', 'DeadLetter');
  [queueId, queue] = resourceOf(template, 'AWS::SQS::Queue', 'QueuesQueue');
});

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('queues', () => {
  test('keep events for 7 days and dead letters for 14', () => {
    expect(queue.Properties['MessageRetentionPeriod']).toBe(7 * 86_400);
    expect(deadLetterQueue.Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
  });

  test('hide a message for at least six times the consumer’s timeout', () => {
    const timeout = Number(
      resourceOf(template, 'AWS::Lambda::Function', 'Consumer')[1].Properties['Timeout'],
    );
    expect(timeout).toBe(35);
    expect(queue.Properties['VisibilityTimeout']).toBe(6 * timeout);
  });

  test('move a message after 50 receives, as a backstop', () => {
    expect(queue.Properties['RedrivePolicy']).toEqual({
      deadLetterTargetArn: arnOf(deadLetterQueueId),
      maxReceiveCount: 50,
    });
    expect(queue.Properties['RedriveAllowPolicy']).toEqual({ redrivePermission: 'denyAll' });
  });

  test('are standard queues, encrypted at rest', () => {
    for (const { Properties } of [queue, deadLetterQueue]) {
      expect(Properties['SqsManagedSseEnabled']).toBe(true);
      expect(Properties['FifoQueue']).toBeUndefined();
    }
  });

  test('refuse requests without TLS', () => {
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy');
    expect(policies.flatMap(([, { Properties }]) => Properties['Queues'])).toEqual([
      { Ref: deadLetterQueueId },
      { Ref: queueId },
    ]);
    for (const [, policy] of policies) {
      expect(statementsOf(policy)).toEqual([
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]);
    }
  });
});

describe('ledger', () => {
  let table: Resource;
  beforeAll(() => {
    [, table] = resourceOf(template, 'AWS::DynamoDB::GlobalTable');
  });

  test('has the key, the TTL attribute and pay-per-request billing', () => {
    expect(table.Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'event_id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'event_id', AttributeType: 'S' },
        { AttributeName: 'failure_bucket', AttributeType: 'S' },
        { AttributeName: 'failed_at_ms', AttributeType: 'N' },
      ],
    });
  });

  test('can be restored to a point in time and not be deleted', () => {
    expect(table.Properties['Replicas']).toEqual([
      expect.objectContaining({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        Region: { Ref: 'AWS::Region' },
      }),
    ]);
  });

  test('has the index of failures, which copies only what a list shows', () => {
    expect(table.Properties['GlobalSecondaryIndexes']).toEqual([
      {
        IndexName: 'failures',
        KeySchema: [
          { AttributeName: 'failure_bucket', KeyType: 'HASH' },
          { AttributeName: 'failed_at_ms', KeyType: 'RANGE' },
        ],
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: [
            'event_type',
            'customer_id',
            'provider_name',
            'connection_id',
            'attempts_total',
            'status',
          ],
        },
      },
    ]);
  });
});

describe('signing secret', () => {
  test('is created without a value, so that no release overwrites the user’s', () => {
    const [, secret] = resourceOf(template, 'AWS::SecretsManager::Secret');
    expect(Object.keys(secret.Properties)).toEqual(['Description']);
  });
});

describe('what holds data', () => {
  test('outlives the stack', () => {
    const kept = Object.values(template.Resources)
      .filter(({ UpdateReplacePolicy }) => UpdateReplacePolicy === 'Retain')
      .map(({ Type, DeletionPolicy }) => `${Type} ${DeletionPolicy}`);
    // After a first deployment that failed, queues and secret go: they are empty. The table is protected.
    expect(kept.sort()).toEqual([
      'AWS::DynamoDB::GlobalTable Retain',
      'AWS::SQS::Queue RetainExceptOnCreate',
      'AWS::SQS::Queue RetainExceptOnCreate',
      'AWS::SecretsManager::Secret RetainExceptOnCreate',
    ]);
  });

  test('has no fixed name that a second deploy could collide with', () => {
    for (const type of ['AWS::DynamoDB::GlobalTable', 'AWS::SQS::Queue', 'AWS::SecretsManager::Secret']) {
      for (const [, { Properties }] of resourcesOf(template, type)) {
        expect(Object.keys(Properties).filter((key) => /^(Queue|Table)?Name$/.test(key))).toEqual([]);
      }
    }
  });
});

describe('alert topic', () => {
  const statements = () => statementsOf(resourceOf(template, 'AWS::SNS::TopicPolicy')[1]);

  test('lets CloudWatch publish, for this account’s alarms only', () => {
    const [topicId] = resourceOf(template, 'AWS::SNS::Topic');
    expect(statements()).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Resource: { Ref: topicId },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });

  test('lets its owner use it, and nobody without TLS', () => {
    expect(statements().map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Allow', { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }],
      ['Allow', undefined],
    ]);
    expect(JSON.stringify(statements()[2]?.Principal)).toContain(':root');
    expect(statements()[2]?.Action).toContain('sns:Publish');
  });

  test('is not encrypted with a key that CloudWatch may not use', () => {
    expect(resourceOf(template, 'AWS::SNS::Topic')[1].Properties['KmsMasterKeyId']).toBeUndefined();
  });
});
