import type { PurgeQueueRequest } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function purgeQueue(queues: Queues, input: OnWire<PurgeQueueRequest>) {
  queues.byUrl(input.QueueUrl).clear();
  return {};
}
