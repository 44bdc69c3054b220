import type { GetQueueAttributesRequest, GetQueueAttributesResult } from '@aws-sdk/client-sqs';
import { picked } from '../picked.ts';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function getQueueAttributes(queues: Queues, input: OnWire<GetQueueAttributesRequest>) {
  const queue = queues.byUrl(input.QueueUrl);
  const { waiting, inFlight, delayed } = queue.counts();
  const all: Readonly<Record<string, string>> = {
    ...queue.settings.texts,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(waiting),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
  return { Attributes: picked(all, input.AttributeNames) } satisfies OnWire<GetQueueAttributesResult>;
}
