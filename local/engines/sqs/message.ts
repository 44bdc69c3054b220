import { createHash, randomUUID } from 'node:crypto';
import type { MessageAttributeValue, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { invalidParameter, Refusal } from './refusal.ts';
import type { OnWire } from './wire.ts';

export type Attributes = Readonly<Record<string, OnWire<MessageAttributeValue>>>;
export type MessageDraft = Omit<OnWire<SendMessageBatchRequestEntry>, 'Id'>;

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

export function newMessage({
  body,
  attributes,
  groupId,
}: Pick<StoredMessage, 'body' | 'attributes' | 'groupId'>): StoredMessage {
  const nowMs = Date.now();
  const bodyMd5 = createHash('md5').update(body).digest('hex');
  const times = { sentAtMs: nowMs, arrivedAtMs: nowMs, lastReceivedAtMs: 0 };
  return { id: randomUUID(), body, bodyMd5, attributes, groupId, ...times, receives: 0 };
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

const MAX_ATTRIBUTES = 10;
/** All that SQS takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const REFUSED_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ALLOWED_CHARACTERS = '#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]';

/** @throws {Refusal} when SQS would not take the message */
export function checkMessage(draft: MessageDraft, maximumBytes: number): void {
  const { MessageBody = '', MessageAttributes = {}, MessageGroupId: group, DelaySeconds = 0 } = draft;
  if (MessageBody === '') throw new Refusal('MissingParameter', 'The request must contain a MessageBody.');
  checkCharacters(MessageBody, 'message body');
  const attributes = Object.entries(MessageAttributes);
  if (attributes.length > MAX_ATTRIBUTES) {
    const count = `Number of message attributes [${attributes.length}]`;
    throw new Refusal('InvalidParameterValue', `${count} exceeds the allowed maximum [${MAX_ATTRIBUTES}].`);
  }
  for (const [name, { DataType = '', StringValue, BinaryValue }] of attributes) {
    const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
    if (!/^(String|Number|Binary)(\.|$)/.test(DataType) || !value) {
      const text = `Message (user) attribute '${name}' must contain a non-empty value of type String, Number or Binary.`;
      throw new Refusal('InvalidParameterValue', text);
    }
    checkCharacters(StringValue ?? '', 'message attribute value');
  }
  if (group !== undefined && !/^[!-~]{1,128}$/.test(group)) {
    throw invalidParameter(group, 'MessageGroupId', 'Alphanumeric and punctuation characters, 1 to 128.');
  }
  if (!(DelaySeconds >= 0 && DelaySeconds <= 900)) {
    throw invalidParameter(DelaySeconds, 'DelaySeconds', 'Must be between 0 and 900, if provided.');
  }
  if (messageBytes(draft) > maximumBytes) {
    const reason = `Reason: Message must be shorter than ${maximumBytes} bytes.`;
    throw new Refusal('InvalidParameterValue', `One or more parameters are invalid. ${reason}`);
  }
}

function checkCharacters(text: string, place: string): void {
  const [character] = REFUSED_CHARACTER.exec(text) ?? [];
  if (character === undefined) return;
  const found = `Invalid binary character '#x${character.codePointAt(0)?.toString(16).toUpperCase()}'`;
  const allowed = `the set of allowed characters is ${ALLOWED_CHARACTERS}`;
  throw new Refusal('InvalidMessageContents', `${found} was found in the ${place}, ${allowed}.`);
}

/** SQS counts UTF-8 bytes of the body and of each attribute's name, type and value. */
export function messageBytes({ MessageBody = '', MessageAttributes = {} }: MessageDraft): number {
  let bytes = Buffer.byteLength(MessageBody);
  for (const [name, { DataType = '', StringValue = '', BinaryValue = '' }] of Object.entries(
    MessageAttributes,
  )) {
    bytes += Buffer.byteLength(name + DataType + StringValue) + Buffer.byteLength(BinaryValue, 'base64');
  }
  return bytes;
}
