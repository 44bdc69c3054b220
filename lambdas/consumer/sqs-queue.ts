import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import { MessageAttribute } from '../contract/message.ts';
import type { ConsumerQueue } from './queue.ts';

export interface SqsQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** {@link ConsumerQueue} on SQS. */
export function createSqsQueue({ client, queueUrl, deadLetterQueueUrl }: SqsQueueOptions): ConsumerQueue {
  return {
    async hide(receiptHandle, seconds, signal) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
        endingWith(signal),
      );
    },
    async copyToDeadLetters(message, failure, signal) {
      const copy = new SendMessageCommand(deadLetterCopy(message, failure, deadLetterQueueUrl));
      await client.send(copy, endingWith(signal));
    },
  };
}

const endingWith = (signal: AbortSignal | undefined) => signal && { abortSignal: signal };

const MAX_ATTRIBUTES = 10;
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set(Object.values(MessageAttribute));

/**
 * The message as it was received, with its reason: body, group and every attribute kept. Only of a message that
 * ingest did not write, with ten attributes of its own, the foreign ones make room for the reason.
 */
function deadLetterCopy(message: SQSRecord, failure: string, queueUrl: string) {
  const group = message.attributes.MessageGroupId;
  const attributes = Object.entries(message.messageAttributes);
  const kept =
    attributes.length < MAX_ATTRIBUTES ? attributes : attributes.filter(([name]) => OWN_ATTRIBUTES.has(name));
  return {
    QueueUrl: queueUrl,
    MessageBody: message.body,
    MessageAttributes: {
      ...Object.fromEntries(kept.map(([name, value]) => [name, toSdkAttribute(value)])),
      [MessageAttribute.FAILURE]: { DataType: 'String', StringValue: failure },
    },
    ...(group === undefined ? {} : { MessageGroupId: group }),
  };
}

/** Lambda hands binary values over in base64. */
function toSdkAttribute(attribute: SQSMessageAttribute): MessageAttributeValue {
  return attribute.dataType.startsWith('Binary')
    ? { DataType: attribute.dataType, BinaryValue: Buffer.from(attribute.binaryValue ?? '', 'base64') }
    : { DataType: attribute.dataType, StringValue: attribute.stringValue ?? '' };
}
