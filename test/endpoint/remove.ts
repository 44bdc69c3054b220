import {
  DeleteTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { eventually } from '../suites/eventually.ts';
import type { EndpointClients } from './endpoint.ts';
import type { Resource } from './journal.ts';

/** A table that is being created cannot be deleted yet; on AWS either takes seconds. */
const TABLE_PATIENCE_MS = 180_000;
/** The creating process may have been killed while its call was under way. */
const LATE_CREATION_MS = 5_000;

export interface Removal {
  readonly resource: Resource;
  /** `absent`: it was announced, and is not there; its creation failed. */
  readonly outcome: 'removed' | 'absent' | 'left';
  /** Why it is left. */
  readonly error?: unknown;
}

/** Deletes what a run has created; never rejects. */
export function removeResources(
  clients: EndpointClients,
  resources: readonly Resource[],
  runPrefix: string,
): Promise<readonly Removal[]> {
  return Promise.all(
    resources.map(async (resource): Promise<Removal> => {
      try {
        if (!resource.name.startsWith(runPrefix)) throw new Error('not a resource of this run');
        const remove = resource.kind === 'queue' ? removeQueue : removeTable;
        const wasThere = await remove(clients, resource.name);
        return { resource, outcome: wasThere ? 'removed' : 'absent' };
      } catch (error) {
        return { resource, outcome: 'left', error };
      }
    }),
  );
}

/** Whether there was one to remove. */
async function removeQueue({ sqs }: { readonly sqs: SQSClient }, QueueName: string): Promise<boolean> {
  const queueUrl = await whenItAppears(async () => {
    try {
      return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
    } catch (error) {
      if (error instanceof QueueDoesNotExist) return undefined;
      throw error;
    }
  });
  if (queueUrl === undefined) return false;
  await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
  return true;
}

async function removeTable(
  { dynamoDb }: { readonly dynamoDb: DynamoDBClient },
  TableName: string,
): Promise<boolean> {
  const deleteTable = async () => {
    try {
      await dynamoDb.send(new DeleteTableCommand({ TableName }));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      // It is being created, or deleted already.
      if (!(error instanceof ResourceInUseException)) throw error;
    }
    return 'still there';
  };
  if ((await whenItAppears(deleteTable)) === undefined) return false;
  await eventually(
    async () => ((await deleteTable()) === undefined ? true : undefined),
    () => `${TableName} gone`,
    TABLE_PATIENCE_MS,
  );
  return true;
}

async function whenItAppears<Found>(probe: () => Promise<Found | undefined>): Promise<Found | undefined> {
  const endsAtMs = performance.now() + LATE_CREATION_MS;
  const { found } = await eventually(
    async () => {
      const found = await probe();
      return found !== undefined || performance.now() > endsAtMs ? { found } : undefined;
    },
    () => 'no answer',
  );
  return found;
}
