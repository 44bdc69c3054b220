import type { Message, ReceiveMessageRequest, ReceiveMessageResult } from '@aws-sdk/client-sqs';
import { LOCAL_ACCOUNT_ID } from '../../../identity.ts';
import { picked } from '../picked.ts';
import type { Queue } from '../queue.ts';
import type { Queues } from '../queues.ts';
import { invalidParameter } from '../refusal.ts';
import { attributesMd5, type StoredMessage } from '../stored-message.ts';
import type { OnWire } from '../wire.ts';

type Input = OnWire<ReceiveMessageRequest>;

export async function receiveMessage(queues: Queues, input: Input, aborted: AbortSignal) {
  const queue = queues.byUrl(input.QueueUrl);
  const { texts } = queue.settings;
  const max = input.MaxNumberOfMessages ?? 1;
  if (!(max >= 1 && max <= 10)) {
    throw invalidParameter(max, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.');
  }
  const waitMs = Number(input.WaitTimeSeconds ?? texts.ReceiveMessageWaitTimeSeconds) * 1_000;
  const hideMs = Number(input.VisibilityTimeout ?? texts.VisibilityTimeout) * 1_000;
  const messages = await queue.receive({ max, waitMs, hideMs }, aborted);
  const described = messages.map((message) => describe(message, queue, input));
  return (described.length === 0 ? {} : { Messages: described }) satisfies OnWire<ReceiveMessageResult>;
}

function describe(message: StoredMessage, queue: Queue, input: Input) {
  const { MessageAttributeNames, MessageSystemAttributeNames = [], AttributeNames = [] } = input;
  const attributes = picked(message.attributes, MessageAttributeNames);
  const digest = attributesMd5(attributes);
  const system: Readonly<Record<string, string | undefined>> = {
    SenderId: LOCAL_ACCOUNT_ID,
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    MessageGroupId: message.groupId,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  return {
    MessageId: message.id,
    ReceiptHandle: queue.handleOf(message),
    Body: message.body,
    MD5OfBody: message.bodyMd5,
    Attributes: picked(system, [...MessageSystemAttributeNames, ...AttributeNames]),
    MessageAttributes: digest === undefined ? undefined : attributes,
    MD5OfMessageAttributes: digest,
  } satisfies OnWire<Message>;
}
