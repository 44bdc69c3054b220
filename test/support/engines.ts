import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  FAILURES_INDEX,
  FAILURES_INDEX_KEY,
  FAILURES_INDEX_PROJECTION,
  FAILURES_INDEX_SORT_KEY,
  LEDGER_KEY,
} from '../../lambdas/contract/ledger-table.ts';
import { MAX_RECEIVE_COUNT } from '../../lambdas/contract/timing.ts';
import {
  type DynamoDbEngine,
  type DynamoDbEngineOptions,
  startDynamoDbEngine,
} from '../../local/engines/dynamodb.ts';
import { type SqsEngine, startSqsEngine } from '../../local/engines/sqs.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/identity.ts';

// A hint about this machine's Node.js is no finding of a test.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

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

/** Real engines and real SDK clients over loopback; stop them in `afterAll`. */
export interface TestEngines {
  readonly sqsEndpoint: string;
  readonly dynamoDbEndpoint: string;
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  /** A main queue with its dead-letter queue, under fresh names. */
  createQueuePair(options?: QueuePairOptions): Promise<QueuePair>;
  /** A ledger table with its index, under a fresh name, which is returned. */
  createLedgerTable(): Promise<string>;
  stopAll(): Promise<void>;
}

export async function startEngines(options: DynamoDbEngineOptions = {}): Promise<TestEngines> {
  const [sqsEngine, dynamoDbEngine] = await Promise.all([startSqsEngine(), startDynamoDbEngine(options)]);
  const sqs = sqsClient(sqsEngine);
  const dynamoDb = dynamoDbClient(dynamoDbEngine);
  return {
    sqsEndpoint: sqsEngine.endpoint,
    dynamoDbEndpoint: dynamoDbEngine.endpoint,
    sqs,
    dynamoDb,
    createQueuePair: (pairOptions) => createQueuePair(sqs, pairOptions),
    createLedgerTable: () => createLedgerTable(dynamoDb),
    async stopAll() {
      sqs.destroy();
      dynamoDb.destroy();
      await Promise.all([sqsEngine.stop(), dynamoDbEngine.stop()]);
    },
  };
}

export function sqsClient(engine: Pick<SqsEngine, 'endpoint'>): SQSClient {
  return new SQSClient({ region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, endpoint: engine.endpoint });
}

export function dynamoDbClient(engine: Pick<DynamoDbEngine, 'endpoint'>): DynamoDBClient {
  return new DynamoDBClient({
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    endpoint: engine.endpoint,
  });
}

export async function createQueuePair(sqs: SQSClient, options: QueuePairOptions = {}): Promise<QueuePair> {
  const name = `test-${randomUUID()}`;
  const deadLetterQueueUrl = await createQueue(sqs, `${name}-dead`, {});
  const deadLetterQueueArn = await queueArn(sqs, deadLetterQueueUrl);
  const queueUrl = await createQueue(sqs, name, {
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
  name: string,
  attributes: Record<string, string>,
): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
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

export async function createLedgerTable(dynamoDb: DynamoDBClient): Promise<string> {
  const TableName = `ledger-${randomUUID()}`;
  await dynamoDb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
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
    { client: dynamoDb, maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.1 },
    { TableName },
  );
  return TableName;
}
