import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSMessageAttributes, SQSRecord, SQSRecordAttributes } from 'aws-lambda';
import type { OnWire } from '../engines/sqs/wire.ts';
import { LOCAL_REGION } from '../identity.ts';

/** Lambda's record of a received message: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function toRecord(message: Message | OnWire<Message>, eventSourceARN: string): SQSRecord {
  const { MessageId, ReceiptHandle, Body, MD5OfBody, MD5OfMessageAttributes } = message;
  if (MessageId === undefined || ReceiptHandle === undefined || Body === undefined) {
    throw new Error('SQS gave a message without its id, handle or body');
  }
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: message.Attributes as unknown as SQSRecordAttributes,
    messageAttributes: attributesOf(message.MessageAttributes ?? {}),
    md5OfBody: MD5OfBody ?? '',
    ...(MD5OfMessageAttributes === undefined ? {} : { md5OfMessageAttributes: MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: LOCAL_REGION,
  };
}

function attributesOf(
  attributes: Record<string, MessageAttributeValue | OnWire<MessageAttributeValue>>,
): SQSMessageAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: base64(BinaryValue) }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType ?? 'String',
      },
    ]),
  );
}

function base64(bytes: Uint8Array | string): string {
  return typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('base64');
}

/** An event holds at most 6 MB, so a batch of large messages becomes several. */
export function splitBySize(records: readonly SQSRecord[], limitBytes: number): SQSRecord[][] {
  const batches: SQSRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const recordBytes = Buffer.byteLength(JSON.stringify(record)) + 1;
    bytes += recordBytes;
    const last = batches.at(-1);
    if (last !== undefined && bytes <= limitBytes) {
      last.push(record);
    } else {
      batches.push([record]);
      bytes = recordBytes;
    }
  }
  return batches;
}
