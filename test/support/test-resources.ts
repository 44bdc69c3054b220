import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import {
  FAILURES_INDEX,
  FAILURES_INDEX_KEY,
  FAILURES_INDEX_PROJECTION,
  FAILURES_INDEX_SORT_KEY,
  LEDGER_KEY,
} from '../../lambdas/contract/ledger-table.ts';
import { MAX_RECEIVE_COUNT } from '../../lambdas/contract/timing.ts';

export interface QueuePair {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterQueueUrl: string;
  readonly deadLetterQueueArn: string;
}

export interface QueuePairOptions {
  /** Default 30. */
  readonly visibilityTimeoutSeconds?: number;
  /** Default: the stack's own. */
  readonly maxReceiveCount?: number;
}

/** What a suite runs on: the embedded engines, or an endpoint that the environment names. */
export interface TestEnvironment {
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  /** A main queue with its dead-letter queue, under fresh names. */
  createQueuePair(options?: QueuePairOptions): Promise<QueuePair>;
  /** The name of a ledger table with its index. It may be shared: every test brings event ids of its own. */
  createLedgerTable(): Promise<string>;
  stopAll(): Promise<void>;
}

/** What the resources of a test are called. */
export interface Naming {
  /** Called once for each resource, before it is created. */
  name(suffix: string): string;
  readonly tags?: Readonly<Record<string, string>>;
}

export async function createNamedQueuePair(
  sqs: SQSClient,
  naming: Naming,
  options: QueuePairOptions = {},
): Promise<QueuePair> {
  const deadLetterQueueUrl = await createQueue(sqs, naming, '-dead', {});
  const deadLetterQueueArn = await queueArn(sqs, deadLetterQueueUrl);
  const queueUrl = await createQueue(sqs, naming, '', {
    VisibilityTimeout: String(options.visibilityTimeoutSeconds ?? 30),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: deadLetterQueueArn,
      maxReceiveCount: options.maxReceiveCount ?? MAX_RECEIVE_COUNT,
    }),
  });
  return { queueUrl, queueArn: await queueArn(sqs, queueUrl), deadLetterQueueUrl, deadLetterQueueArn };
}

async function createQueue(
  sqs: SQSClient,
  { name, tags }: Naming,
  suffix: string,
  attributes: Record<string, string>,
): Promise<string> {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: name(suffix),
      Attributes: attributes,
      ...(tags === undefined ? {} : { tags: { ...tags } }),
    }),
  );
  if (QueueUrl === undefined) throw new Error('the engine gave no queue URL');
  return QueueUrl;
}

async function queueArn(sqs: SQSClient, queueUrl: string): Promise<string> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  const arn = Attributes?.QueueArn;
  if (arn === undefined) throw new Error('the engine gave no queue ARN');
  return arn;
}

/** Resolves when the table is ACTIVE; AWS takes ten seconds and more, the embedded engine none. */
export async function createNamedLedgerTable(
  dynamoDb: DynamoDBClient,
  { name, tags = {} }: Naming,
  maxWaitSeconds = 10,
): Promise<string> {
  const TableName = name('');
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await dynamoDb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      ...(Tags.length === 0 ? {} : { Tags }),
      KeySchema: [{ AttributeName: LEDGER_KEY, KeyType: 'HASH' }],
      AttributeDefinitions: [
        { AttributeName: LEDGER_KEY, AttributeType: 'S' },
        { AttributeName: FAILURES_INDEX_KEY, AttributeType: 'S' },
        { AttributeName: FAILURES_INDEX_SORT_KEY, AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: FAILURES_INDEX,
          KeySchema: [
            { AttributeName: FAILURES_INDEX_KEY, KeyType: 'HASH' },
            { AttributeName: FAILURES_INDEX_SORT_KEY, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...FAILURES_INDEX_PROJECTION] },
        },
      ],
    }),
  );
  await waitUntilTableExists(
    { client: dynamoDb, maxWaitTime: maxWaitSeconds, minDelay: 0.02, maxDelay: 1 },
    { TableName },
  );
  return TableName;
}
