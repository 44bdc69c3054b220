import { createHash } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { EVENT_ID_PATTERN, MessageAttribute } from '../contract/message.ts';
import { describeEvent } from '../events/event-fields.ts';
import type { EventFacts } from '../ledger/ledger.ts';
import { decodeBody } from '../runtime/message-body.ts';

/** A message that carries a svix-id, read as far as it can be without a schema. */
export interface IncomingMessage {
  readonly record: SQSRecord;
  readonly facts: EventFacts;
  /** Absent when the body is not JSON. */
  readonly payload?: { readonly value: unknown };
}

/** The message's svix-id, or undefined when it carries none that ingest could have written. */
export function eventIdOf(record: SQSRecord): string | undefined {
  const id = record.messageAttributes[MessageAttribute.SVIX_ID]?.stringValue;
  return id !== undefined && EVENT_ID_PATTERN.test(id) ? id : undefined;
}

export function readMessage(record: SQSRecord, eventId: string): IncomingMessage {
  const encoding = record.messageAttributes[MessageAttribute.BODY_ENCODING]?.stringValue;
  // Text is what was signed, as it is; only base64 has to be taken apart.
  const body = encoding === undefined ? record.body : decodeBody(record.body, encoding);
  const payload = parseJson(body.toString());
  return {
    record,
    ...(payload === undefined ? {} : { payload }),
    facts: {
      eventId,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      receivedAtMs: receivedAtMs(record),
      ...describeEvent(payload?.value),
    },
  };
}

/** When ingest received it; when SQS did, for a message that ingest did not write. */
function receivedAtMs(record: SQSRecord): number {
  const text = record.messageAttributes[MessageAttribute.RECEIVED_AT]?.stringValue ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : sentAtMs(record);
}

/** When SQS took the message: its retention counts from here. */
export function sentAtMs(record: SQSRecord): number {
  return Number(record.attributes.SentTimestamp);
}

export function receiveCount(record: SQSRecord): number {
  return Number(record.attributes.ApproximateReceiveCount);
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Not JSON: the caller dead-letters it with that reason.
    return undefined;
  }
}
