import { UNKNOWN_EVENT_TYPE } from '../contract/message.ts';
import { normaliseCustomerId } from './customer-id.ts';
import { textAt } from './text-at.ts';

/** Longest value of a search field, in characters. */
const MAX_FIELD_CHARACTERS = 256;

/** What an operator searches the ledger by. A field that the payload does not carry as text is absent. */
export interface EventFields {
  /** `webhook_event_type`, or what the body shows without one, or `unknown`. */
  readonly eventType: string;
  /** Normalised, so that all events of one customer carry the same id. */
  readonly customerId?: string;
  readonly connectionId?: string;
  readonly providerName?: string;
}

/** Reads the search fields from a parsed body of any shape. It never throws: the payload is not validated yet. */
export function describeEvent(payload: unknown): EventFields {
  const untyped = isUntypedSync(payload) ? 'sync.complete' : UNKNOWN_EVENT_TYPE;
  const eventType = textAt(payload, 'webhook_event_type') ?? untyped;
  const storedCustomerId = textAt(payload, 'customer_id');
  const customerId =
    storedCustomerId === undefined ? undefined : normaliseCustomerId(eventType, storedCustomerId);
  const connectionId = textAt(payload, 'connection_id');
  const providerName = textAt(payload, 'provider_name');
  return {
    eventType: bounded(eventType),
    ...(customerId === undefined ? {} : { customerId: bounded(customerId) }),
    ...(connectionId === undefined ? {} : { connectionId: bounded(connectionId) }),
    ...(providerName === undefined ? {} : { providerName: bounded(providerName) }),
  };
}

/** The same of another source's event, whose type ingest has read. */
export function describeOther(eventType: string, payload: unknown, customer = ''): EventFields {
  const customerId = textAt(payload, customer);
  return { eventType, ...(customerId === undefined ? {} : { customerId: bounded(customerId) }) };
}

/**
 * A finished sync as Supaglue sent it before v0.13.10 (July 2023): without `webhook_event_type`, by its `status`, or by
 * its run and result. No other event has these fields.
 */
export function isUntypedSync(payload: unknown): boolean {
  const has = (name: string) => textAt(payload, name) !== undefined;
  if (has('webhook_event_type')) return false;
  return (
    /^SYNC_(SUCCESS|ERROR)$/.test(textAt(payload, 'status') ?? '') ||
    ((has('history_id') || has('run_id')) && has('result'))
  );
}

/** Cut, and free of halves of surrogate pairs: JSON may hold them, UTF-8 cannot. */
function bounded(value: string): string {
  return value.slice(0, MAX_FIELD_CHARACTERS).replace(/\p{Surrogate}/gu, '\u{FFFD}');
}
