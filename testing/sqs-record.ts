import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { Content, Received } from './queue.ts';

/** As the queue holds it. */
export function contentOf(input: Omit<SendMessageCommandInput, 'QueueUrl'>): Content {
  return {
    body: input.MessageBody ?? '',
    groupId: input.MessageGroupId,
    attributes: Object.fromEntries(
      Object.entries(input.MessageAttributes ?? {}).map(([name, value]) => [name, value.StringValue ?? '']),
    ),
  };
}

/** As Lambda hands it to the function. */
export function toRecord({ message, receipt, receives }: Received): SQSRecord {
  const { content, id, sentAtMs, firstReceivedAtMs = 0 } = message;
  const messageAttributes: SQSMessageAttributes = {};
  for (const [name, stringValue] of Object.entries(content.attributes)) {
    messageAttributes[name] = { stringValue, dataType: 'String' };
  }
  return {
    messageId: id,
    receiptHandle: receipt,
    body: content.body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentAtMs),
      SenderId: 'simulation',
      ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
      ...(content.groupId === undefined ? {} : { MessageGroupId: content.groupId }),
    },
    messageAttributes,
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:main',
    awsRegion: 'us-east-1',
  };
}
