import type { SetQueueAttributesRequest } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function setQueueAttributes(queues: Queues, input: OnWire<SetQueueAttributesRequest>) {
  queues.change(queues.byUrl(input.QueueUrl), input.Attributes ?? {});
  return {};
}
