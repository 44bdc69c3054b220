import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type DynamoDbEngineOptions, startDynamoDbEngine } from '../../local/engines/dynamodb.ts';
import type { Queues } from '../../local/engines/sqs/queues.ts';
import { startSqsEngine } from '../../local/engines/sqs.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import type { Service } from '../../local/services/service.ts';
import {
  createNamedLedgerTable,
  createNamedQueuePair,
  type Naming,
  type QueuePair,
  type QueuePairOptions,
  type TestEnvironment,
} from './test-resources.ts';

// A hint about this machine's Node.js is no finding of a test.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export type { QueuePair };

/** Real engines and real SDK clients over loopback; stop them in `afterAll`. */
export interface TestEngines extends TestEnvironment {
  readonly sqsEndpoint: string;
  readonly dynamoDbEndpoint: string;
  readonly queues: Queues;
}

export async function startEngines(options: DynamoDbEngineOptions = {}): Promise<TestEngines> {
  const [sqsEngine, dynamoDbEngine] = await Promise.all([startSqsEngine(), startDynamoDbEngine(options)]);
  const sqs = sqsClient(sqsEngine);
  const dynamoDb = dynamoDbClient(dynamoDbEngine);
  return {
    sqsEndpoint: sqsEngine.endpoint,
    dynamoDbEndpoint: dynamoDbEngine.endpoint,
    queues: sqsEngine.queues,
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

export function sqsClient(engine: Pick<Service, 'endpoint'>): SQSClient {
  return new SQSClient({ ...LOCAL_CLIENT, endpoint: engine.endpoint });
}

export function dynamoDbClient(engine: Pick<Service, 'endpoint'>): DynamoDBClient {
  return new DynamoDBClient({
    ...LOCAL_CLIENT,
    endpoint: engine.endpoint,
  });
}

export function createQueuePair(sqs: SQSClient, options?: QueuePairOptions): Promise<QueuePair> {
  return createNamedQueuePair(sqs, freshNaming('test'), options);
}

export function createLedgerTable(dynamoDb: DynamoDBClient): Promise<string> {
  return createNamedLedgerTable(dynamoDb, freshNaming('ledger'));
}

function freshNaming(prefix: string): Naming {
  const name = `${prefix}-${randomUUID()}`;
  return { name: (suffix) => name + suffix };
}
