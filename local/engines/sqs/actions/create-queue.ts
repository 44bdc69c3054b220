import type { CreateQueueRequest, CreateQueueResult } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function createQueue(queues: Queues, input: OnWire<CreateQueueRequest>) {
  const queue = queues.create(input.QueueName ?? '', input.Attributes ?? {});
  return { QueueUrl: queue.url } satisfies OnWire<CreateQueueResult>;
}
