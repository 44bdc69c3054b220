import type { DeleteMessageRequest } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function deleteMessage(queues: Queues, input: OnWire<DeleteMessageRequest>) {
  queues.byUrl(input.QueueUrl).delete(input.ReceiptHandle ?? '');
  return {};
}
