import type { GetQueueUrlRequest, GetQueueUrlResult } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function getQueueUrl(queues: Queues, input: OnWire<GetQueueUrlRequest>) {
  return { QueueUrl: queues.named(input.QueueName).url } satisfies OnWire<GetQueueUrlResult>;
}
