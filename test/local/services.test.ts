import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  InvalidParameterException,
  ListSubscriptionsByTopicCommand,
  NotFoundException,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';
import type { Service } from '../../local/services/service.ts';
import { startSns } from '../../local/services/sns.ts';
import { type RecordedEvents, recordEvents } from '../support/recorded-events.ts';

const account = { ...LOCAL_CLIENT };

describe('Secrets Manager', () => {
  const arn = 'arn:aws:secretsmanager:eu-central-2:000000000000:secret:signing-local1';
  let service: SecretsManager;
  let client: SecretsManagerClient;
  beforeAll(async () => {
    service = await startSecretsManager([{ name: 'signing', arn }]);
    client = new SecretsManagerClient({ ...account, endpoint: service.endpoint });
  });
  afterAll(async () => {
    client.destroy();
    await service.stop();
  });

  test('a secret without a value is not found, in AWS’s words', async () => {
    const error: unknown = await client
      .send(new GetSecretValueCommand({ SecretId: arn }))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ResourceNotFoundException);
    expect(error).toHaveProperty(
      'message',
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
  });

  test('a value is found by name and by ARN, and the one before it by its stage', async () => {
    await client.send(new PutSecretValueCommand({ SecretId: 'signing', SecretString: 'first' }));
    const { VersionId } = await client.send(
      new PutSecretValueCommand({ SecretId: arn, SecretString: 'second' }),
    );
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'signing' }))).resolves.toMatchObject({
      ARN: arn,
      SecretString: 'second',
      VersionId,
      VersionStages: ['AWSCURRENT'],
    });
    await expect(
      client.send(new GetSecretValueCommand({ SecretId: arn, VersionStage: 'AWSPREVIOUS' })),
    ).resolves.toMatchObject({ SecretString: 'first' });
    await expect(client.send(new DescribeSecretCommand({ SecretId: arn }))).resolves.toMatchObject({
      Name: 'signing',
      VersionIdsToStages: { [VersionId ?? '']: ['AWSCURRENT'] },
    });
  });

  test('an unknown secret and an empty value are refused', async () => {
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'other' }))).rejects.toThrow(
      "Secrets Manager can't find the specified secret.",
    );
    await expect(
      client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: '' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });
});

describe('SNS', () => {
  const TopicArn = 'arn:aws:sns:eu-central-2:000000000000:alerts';
  let service: Service;
  let client: SNSClient;
  let events: RecordedEvents;
  beforeAll(async () => {
    events = recordEvents();
    const subscriptions = [{ protocol: 'https', endpoint: 'https://example.com/?a=1&b=2' }];
    service = await startSns([{ arn: TopicArn, subscriptions }], events.observer);
    client = new SNSClient({ ...account, endpoint: service.endpoint });
  });
  afterAll(async () => {
    client.destroy();
    await service.stop();
  });

  test('what is published is told to the observer', async () => {
    const { MessageId } = await client.send(
      new PublishCommand({
        TopicArn,
        Subject: 'Sync failed',
        Message: 'Zoë & <friends>\n😀',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'sync' } },
      }),
    );
    expect(events.of('alert')).toEqual([
      {
        type: 'alert',
        topicArn: TopicArn,
        messageId: MessageId,
        subject: 'Sync failed',
        message: 'Zoë & <friends>\n😀',
        attributes: { kind: 'sync' },
      },
    ]);
  });

  test.each([
    ['a subject with a line break', { Subject: 'a\nb', Message: 'm' }, /Subject/],
    ['a subject of 101 characters', { Subject: 'x'.repeat(101), Message: 'm' }, /Subject/],
    ['an empty message', { Message: '' }, /Empty message/],
    ['a message over 256 KB', { Message: 'x'.repeat(256 * 1024 + 1) }, /too long/],
  ])('%s is refused', async (_name, input, message) => {
    const error: unknown = await client
      .send(new PublishCommand({ TopicArn, ...input }))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidParameterException);
    expect(error).toHaveProperty('message', expect.stringMatching(message));
  });

  test('an unknown topic is not found', async () => {
    await expect(
      client.send(new PublishCommand({ TopicArn: `${TopicArn}-other`, Message: 'm' })),
    ).rejects.toBeInstanceOf(NotFoundException);
  });

  test('subscriptions are those of the template', async () => {
    const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions).toEqual([
      expect.objectContaining({ TopicArn, Protocol: 'https', Endpoint: 'https://example.com/?a=1&b=2' }),
    ]);
  });
});
