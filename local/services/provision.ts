import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StackModel } from '../assembly/stack-model.ts';
import { LocalError } from '../local-error.ts';

/** Seconds, as the SDK's waiter takes them. */
const TABLE_WAIT = { maxWaitTime: 10, minDelay: 0.02, maxDelay: 0.1 };

export async function provision(
  model: Pick<StackModel, 'queues' | 'tables'>,
  sqs: SQSClient,
  dynamoDb: DynamoDBClient,
): Promise<void> {
  for (const queue of model.queues) {
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: queue.name, Attributes: queue.attributes }),
    );
    if (QueueUrl !== queue.url) {
      throw new LocalError(`queue ${queue.logicalId} got the URL ${QueueUrl}, not ${queue.url}`);
    }
  }
  for (const table of model.tables) {
    await dynamoDb.send(new CreateTableCommand(table));
    await waitUntilTableExists({ client: dynamoDb, ...TABLE_WAIT }, { TableName: table.TableName });
  }
}
