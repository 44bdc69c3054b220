import type { DeleteQueueRequest } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function deleteQueue(queues: Queues, input: OnWire<DeleteQueueRequest>) {
  queues.delete(queues.byUrl(input.QueueUrl));
  return {};
}
