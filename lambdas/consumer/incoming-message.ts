import { createHash } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { MessageAttribute, UNKNOWN_EVENT_TYPE } from '../contract/message.ts';
import { eventIdFrom, isEventId, sourceOf } from '../contract/source.ts';
import { INGEST_TIMEOUT_SECONDS, LEASE_SKEW_MS } from '../contract/timing.ts';
import { describeEvent, describeOther, type EventFields } from '../events/event-fields.ts';
import type { EventFacts } from '../ledger/ledger.ts';
import { PUT_BACK } from '../ledger/letter.ts';
import type { EventRoutes } from '../router/handler.ts';
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
  return id !== undefined && isEventId(id) ? id : undefined;
}

export function readMessage(
  record: SQSRecord,
  eventId: string,
  sources?: EventRoutes['sources'],
): IncomingMessage {
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
      sentAtMs: sentAtMs(record),
      signedAtSeconds: isPutBack(record) ? PUT_BACK : (signedAtSeconds(record) ?? PUT_BACK),
      ...fieldsOf(record, eventId, payload?.value, sources),
    },
  };
}

/** An event of Supaglue's that calls itself one of another source is none: its handlers would take it for theirs. */
function fieldsOf(
  record: SQSRecord,
  eventId: string,
  payload: unknown,
  sources: EventRoutes['sources'],
): EventFields {
  const source = sourceOf(eventId);
  if (source === undefined) {
    const fields = describeEvent(payload);
    return sources?.has(sourceOf(fields.eventType) ?? '')
      ? { ...fields, eventType: UNKNOWN_EVENT_TYPE }
      : fields;
  }
  const type = record.messageAttributes[MessageAttribute.EVENT_TYPE]?.stringValue ?? '';
  const eventType = sourceOf(type) === source ? type : eventIdFrom(source, UNKNOWN_EVENT_TYPE);
  return describeOther(eventType, payload, sources?.get(source)?.customer);
}

/** When ingest received it; when SQS did, for a message that ingest did not write. */
function receivedAtMs(record: SQSRecord): number {
  const text = record.messageAttributes[MessageAttribute.RECEIVED_AT]?.stringValue ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : sentAtMs(record);
}

/** Ingest has ended by then, whatever the clocks: what SQS took later was put back by somebody. */
const SENT_BY_INGEST_WITHIN_MS = INGEST_TIMEOUT_SECONDS * 1000 + LEASE_SKEW_MS;

/** Whether it tells by itself that it is not on the queue for the first time. SQS's own redrive keeps `failure`. */
function isPutBack(record: SQSRecord): boolean {
  const isLate = sentAtMs(record) - receivedAtMs(record) > SENT_BY_INGEST_WITHIN_MS;
  return isLate || record.messageAttributes[MessageAttribute.FAILURE] !== undefined;
}

/** `svix-timestamp`, epoch seconds; absent in a message that ingest did not write. */
export function signedAtSeconds(record: SQSRecord): number | undefined {
  const text = record.messageAttributes[MessageAttribute.SVIX_TIMESTAMP]?.stringValue ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
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
