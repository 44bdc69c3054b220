import type { ChangeMessageVisibilityRequest } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function changeMessageVisibility(queues: Queues, input: OnWire<ChangeMessageVisibilityRequest>) {
  queues.byUrl(input.QueueUrl).hide(input.ReceiptHandle ?? '', Number(input.VisibilityTimeout));
  return {};
}
