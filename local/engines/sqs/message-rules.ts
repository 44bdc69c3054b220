import type { MessageAttributeValue, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { invalidParameter, Refusal } from './refusal.ts';
import type { OnWire } from './wire.ts';

export type Attributes = Readonly<Record<string, OnWire<MessageAttributeValue>>>;
export type MessageDraft = Omit<OnWire<SendMessageBatchRequestEntry>, 'Id'>;

const MAX_ATTRIBUTES = 10;
/** All that SQS takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const REFUSED_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ALLOWED_CHARACTERS = '#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]';
const GROUP_ID = /^[!-~]{1,128}$/;

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
  if (group !== undefined && !GROUP_ID.test(group)) {
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
  const character = REFUSED_CHARACTER.exec(text)?.[0];
  if (character === undefined) return;
  const hexadecimal = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  const found = `Invalid binary character '#x${hexadecimal}' was found in the ${place}`;
  throw new Refusal(
    'InvalidMessageContents',
    `${found}, the set of allowed characters is ${ALLOWED_CHARACTERS}.`,
  );
}

/** SQS counts UTF-8 bytes of the body and of each attribute's name, type and value. */
export function messageBytes({ MessageBody = '', MessageAttributes = {} }: MessageDraft): number {
  let bytes = Buffer.byteLength(MessageBody);
  for (const [name, { DataType, StringValue, BinaryValue = '' }] of Object.entries(MessageAttributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType ?? '');
    bytes += Buffer.byteLength(StringValue ?? '') + Buffer.byteLength(BinaryValue, 'base64');
  }
  return bytes;
}
