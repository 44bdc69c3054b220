import { UNKNOWN_EVENT_TYPE } from '../contract/message.ts';
import { normaliseCustomerId } from './customer-id.ts';

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
  const eventType = textField(payload, 'webhook_event_type') ?? untyped;
  const storedCustomerId = textField(payload, 'customer_id');
  const customerId =
    storedCustomerId === undefined ? undefined : normaliseCustomerId(eventType, storedCustomerId);
  const connectionId = textField(payload, 'connection_id');
  const providerName = textField(payload, 'provider_name');
  return {
    eventType: bounded(eventType),
    ...(customerId === undefined ? {} : { customerId: bounded(customerId) }),
    ...(connectionId === undefined ? {} : { connectionId: bounded(connectionId) }),
    ...(providerName === undefined ? {} : { providerName: bounded(providerName) }),
  };
}

/**
 * A finished sync as Supaglue sent it before v0.13.10 (July 2023): without `webhook_event_type`, by its `status`, or by
 * its run and result. No other event has these fields.
 */
export function isUntypedSync(payload: unknown): boolean {
  const has = (name: string) => textField(payload, name) !== undefined;
  if (has('webhook_event_type')) return false;
  return (
    /^SYNC_(SUCCESS|ERROR)$/.test(textField(payload, 'status') ?? '') ||
    ((has('history_id') || has('run_id')) && has('result'))
  );
}

function textField(payload: unknown, name: string): string | undefined {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, name)) {
    return undefined;
  }
  const value: unknown = Reflect.get(payload, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Cut, and free of halves of surrogate pairs: JSON may hold them, UTF-8 cannot. */
function bounded(value: string): string {
  return value.slice(0, MAX_FIELD_CHARACTERS).replace(/\p{Surrogate}/gu, '\u{FFFD}');
}
