import { isRecord, type JsonRecord } from '../json.ts';

/** Why SQS refuses a request or one entry of a batch. */
export interface SqsRefusal {
  /** Code of the query protocol, as in `x-amzn-query-error` and in a batch's `Failed` entries. */
  readonly code: string;
  /** `__type` of the JSON protocol. */
  readonly type: string;
  readonly message: string;
}

const invalidParameter = (message: string): SqsRefusal => ({
  code: 'InvalidParameterValue',
  type: 'com.amazon.coral.service#InvalidParameterValueException',
  message,
});

/** All that SQS takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const REFUSED_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ALLOWED_CHARACTERS = '#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]';

/** SQS refuses these characters in the body and in the text of attributes; the engine takes them. */
export function contentRefusal(message: JsonRecord): SqsRefusal | undefined {
  const body = refusedCharacter(message['MessageBody']);
  if (body !== undefined) return invalidContents(body, 'message body');
  for (const attribute of attributeValues(message)) {
    const value = refusedCharacter(attribute['StringValue']);
    if (value !== undefined) return invalidContents(value, 'message attribute value');
  }
  return undefined;
}

function refusedCharacter(text: unknown): string | undefined {
  return typeof text === 'string' ? REFUSED_CHARACTER.exec(text)?.[0] : undefined;
}

function invalidContents(character: string, place: string): SqsRefusal {
  const hexadecimal = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return {
    code: 'InvalidMessageContents',
    type: 'com.amazonaws.sqs#InvalidMessageContents',
    message: `Invalid binary character '#x${hexadecimal}' was found in the ${place}, the set of allowed characters is ${ALLOWED_CHARACTERS}.`,
  };
}

/** SQS counts UTF-8 bytes of the body and of each attribute's name, type and value; the engine counts UTF-16 units. */
export function sizeRefusal(message: JsonRecord, maximumBytes: number): SqsRefusal | undefined {
  if (messageBytes(message) <= maximumBytes) return undefined;
  return invalidParameter(
    `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`,
  );
}

export function messageBytes(message: JsonRecord): number {
  let bytes = textBytes(message['MessageBody']);
  const attributes = message['MessageAttributes'];
  if (!isRecord(attributes)) return bytes;
  for (const [name, attribute] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name);
    if (!isRecord(attribute)) continue;
    bytes += textBytes(attribute['DataType']) + textBytes(attribute['StringValue']);
    const binary = attribute['BinaryValue'];
    if (typeof binary === 'string') bytes += Buffer.byteLength(binary, 'base64');
  }
  return bytes;
}

export function batchSizeRefusal(bytes: number, maximumBytes: number): SqsRefusal | undefined {
  if (bytes <= maximumBytes) return undefined;
  return {
    code: 'AWS.SimpleQueueService.BatchRequestTooLong',
    type: 'com.amazonaws.sqs#BatchRequestTooLong',
    message: `Batch requests cannot be longer than ${maximumBytes} bytes. You have sent ${bytes} bytes.`,
  };
}

export const MAX_VISIBILITY_SECONDS = 12 * 60 * 60;

/** A message may be hidden for 12 h in all, counted from its receive. */
export function visibilityRefusal(
  timeoutSeconds: number,
  receivedAtMs: number,
  nowMs: number,
): SqsRefusal | undefined {
  if (nowMs + timeoutSeconds * 1000 <= receivedAtMs + MAX_VISIBILITY_SECONDS * 1000) return undefined;
  return invalidParameter(
    `Value ${timeoutSeconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_SECONDS} seconds].`,
  );
}

/** What SQS answers when the message was deleted or became visible again. */
export function notInFlightRefusal(receiptHandle: string): SqsRefusal {
  return invalidParameter(
    `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
  );
}

function attributeValues(message: JsonRecord): JsonRecord[] {
  const attributes = message['MessageAttributes'];
  return isRecord(attributes) ? Object.values(attributes).filter(isRecord) : [];
}

function textBytes(text: unknown): number {
  return typeof text === 'string' ? Buffer.byteLength(text) : 0;
}
