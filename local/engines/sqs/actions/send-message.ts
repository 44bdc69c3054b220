import type { SendMessageRequest, SendMessageResult } from '@aws-sdk/client-sqs';
import { checkMessage } from '../message-rules.ts';
import type { Queues } from '../queues.ts';
import { attributesMd5, newMessage } from '../stored-message.ts';
import type { OnWire } from '../wire.ts';

export function sendMessage(queues: Queues, input: OnWire<SendMessageRequest>) {
  const queue = queues.byUrl(input.QueueUrl);
  const { texts } = queue.settings;
  checkMessage(input, Number(texts.MaximumMessageSize));
  const message = newMessage(input);
  queue.add(message, Number(input.DelaySeconds ?? texts.DelaySeconds) * 1_000);
  return {
    MessageId: message.id,
    MD5OfMessageBody: message.bodyMd5,
    MD5OfMessageAttributes: attributesMd5(message.attributes),
  } satisfies OnWire<SendMessageResult>;
}
