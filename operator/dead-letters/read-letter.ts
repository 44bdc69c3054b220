import { createHash } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';
import { MessageAttribute, UNKNOWN_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import { isEventId, sourceOf, withoutSource } from '../../lambdas/contract/source.ts';
import { describeEvent } from '../../lambdas/events/event-fields.ts';
import { decodeBody } from '../../lambdas/runtime/message-body.ts';
import type { DeadLetter } from './dead-letter.ts';
import { parseFailure } from './letter-failure.ts';

/** A received message as a dead letter; undefined when SQS left out what every message has. Never throws. */
export function readLetter(message: Message): DeadLetter | undefined {
  const { MessageId: messageId, ReceiptHandle: receiptHandle, Body: body = '' } = message;
  if (messageId === undefined || receiptHandle === undefined) return undefined;
  const attributes = message.MessageAttributes ?? {};
  const text = (name: string) => attributes[name]?.StringValue;
  const eventId = text(MessageAttribute.SVIX_ID);
  const messageGroupId = message.Attributes?.MessageGroupId;
  const failure = parseFailure(text(MessageAttribute.FAILURE));
  const receivedAt = text(MessageAttribute.RECEIVED_AT) ?? '';
  const bytes = decodeBody(body, text(MessageAttribute.BODY_ENCODING));
  const source = sourceOf(eventId ?? '');
  const { customerId, providerName } =
    source === undefined
      ? describeEvent(parseJson(bytes)?.value)
      : // Its profile is not known here, but ingest has put each customer into a group.
        {
          customerId:
            sourceOf(messageGroupId ?? '') === source ? withoutSource(messageGroupId ?? '') : undefined,
          providerName: undefined,
        };
  return {
    messageId,
    receiptHandle,
    body,
    attributes,
    ...(messageGroupId === undefined ? {} : { messageGroupId }),
    ...(eventId !== undefined && isEventId(eventId) ? { eventId } : {}),
    eventType: text(MessageAttribute.EVENT_TYPE) ?? UNKNOWN_EVENT_TYPE,
    ...(customerId === undefined ? {} : { customerId }),
    ...(providerName === undefined ? {} : { providerName }),
    bodySha256: createHash('sha256').update(bytes).digest('hex'),
    ...(failure === undefined ? {} : { failure }),
    sentAtMs: Number(message.Attributes?.SentTimestamp ?? 0),
    ...(/^\d{1,15}$/.test(receivedAt) ? { receivedAtMs: Number(receivedAt) } : {}),
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 0),
  };
}

/** The letter's body as bytes, base64 taken apart. */
export function letterBytes({ body, attributes }: Pick<DeadLetter, 'body' | 'attributes'>): Buffer {
  return decodeBody(body, attributes[MessageAttribute.BODY_ENCODING]?.StringValue);
}

/** The payload as the consumer parses it; undefined when the body is not JSON. */
export function parseJson(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(bytes.toString()) };
  } catch {
    // Not JSON: such a letter has no search fields, and the consumer would refuse it again.
    return undefined;
  }
}
