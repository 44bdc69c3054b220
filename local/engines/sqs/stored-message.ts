import { createHash, randomUUID } from 'node:crypto';
import type { Attributes, MessageDraft } from './message-rules.ts';

/** A message on a queue. Times in epoch milliseconds. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: Attributes;
  readonly groupId: string | undefined;
  /** First enqueued; a move to the dead-letter queue keeps it. */
  readonly sentAtMs: number;
  /** On this queue since. */
  readonly arrivedAtMs: number;
  /** The queue that gave it up; on a dead-letter queue. */
  readonly sourceArn?: string;
  receives: number;
  firstReceivedAtMs?: number;
  lastReceivedAtMs: number;
  /** Runs while it is hidden. */
  hidden?: NodeJS.Timeout | undefined;
}

export function newMessage({ MessageBody, MessageAttributes, MessageGroupId }: MessageDraft): StoredMessage {
  const nowMs = Date.now();
  const body = MessageBody ?? '';
  return {
    id: randomUUID(),
    body,
    bodyMd5: createHash('md5').update(body).digest('hex'),
    attributes: MessageAttributes ?? {},
    groupId: MessageGroupId,
    sentAtMs: nowMs,
    arrivedAtMs: nowMs,
    receives: 0,
    lastReceivedAtMs: 0,
  };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export function attributesMd5(attributes: Attributes): string | undefined {
  const named = Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1));
  if (named.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (text: string, encoding: BufferEncoding = 'utf8') => {
    const bytes = Buffer.from(text, encoding);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of named) {
    add(name);
    add(DataType);
    hash.update(Buffer.of(BinaryValue === undefined ? 1 : 2));
    if (BinaryValue === undefined) add(StringValue);
    else add(BinaryValue, 'base64');
  }
  return hash.digest('hex');
}
