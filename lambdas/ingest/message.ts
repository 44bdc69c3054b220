import type { MessageAttributeValue, SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { MAX_BODY_BYTES, MessageAttribute } from '../contract/message.ts';
import { encodeBody } from '../runtime/message-body.ts';
import { type RoutedSource, routeBody } from './routing.ts';
import type { Headers } from './signature-headers.ts';

export interface VerifiedEvent {
  /** The svix-id, after its source's name where that is another than Supaglue. */
  readonly id: string;
  readonly timestamp: string;
  readonly body: Uint8Array;
  /** The body as text, where it came as text. */
  readonly text?: string | undefined;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
}

export type QueueMessage = Pick<
  SendMessageCommandInput,
  'MessageBody' | 'MessageAttributes' | 'MessageGroupId'
>;

/** The message for a verified event, or `undefined` when its body, as encoded, is over `MAX_BODY_BYTES`. */
export function toQueueMessage(
  event: VerifiedEvent,
  source?: RoutedSource,
  headers: Headers = {},
): QueueMessage | undefined {
  // Encoding never makes it shorter: what is too large already is not even decoded.
  if (event.body.byteLength > MAX_BODY_BYTES) {
    return undefined;
  }
  const { text, encoding } = encodeBody(event.body, event.text);
  // Base64 is ASCII and longer; text is the same bytes again, in no more characters.
  if (text.length > MAX_BODY_BYTES) {
    return undefined;
  }
  const { buffer, byteOffset, byteLength } = event.body;
  const { eventType, messageGroupId } = routeBody(
    Buffer.from(buffer, byteOffset, byteLength),
    source,
    headers,
  );
  return {
    MessageBody: text,
    MessageGroupId: messageGroupId,
    MessageAttributes: {
      [MessageAttribute.SVIX_ID]: textAttribute(event.id),
      [MessageAttribute.SVIX_TIMESTAMP]: textAttribute(event.timestamp),
      [MessageAttribute.EVENT_TYPE]: textAttribute(eventType),
      [MessageAttribute.RECEIVED_AT]: textAttribute(String(event.receivedAtMs)),
      ...(encoding === undefined ? {} : { [MessageAttribute.BODY_ENCODING]: textAttribute(encoding) }),
    },
  };
}

function textAttribute(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}
