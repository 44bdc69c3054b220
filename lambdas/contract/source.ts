import { WEBHOOK_PATH } from './http.ts';
import { EVENT_ID_PATTERN } from './message.ts';

/** Where to find what is told apart in the events of a sender. */
export interface SourceProfile {
  /**
   * Where an event's type is: a field of the body, with dots for one inside another (`type`, `event.name`), or a
   * header (`{ header: 'x-event-type' }`). A header is not signed: who can change a request on its way chooses it.
   */
  readonly type: string | { readonly header: string };
  /**
   * The body's field with whom the event is about, with dots for one inside another. Events of one do not hold up
   * those of another, and `events show` tells it. @default none: they share by type
   */
  readonly customer?: string;
  /** How far the signature's time may be off, both ways, in seconds, 1 to 86,400. @default 300 */
  readonly toleranceSeconds?: number;
}

/** What ingest is told of a source other than Supaglue. */
export interface IngestSource extends SourceProfile {
  /** ARN of the secret with its signing secrets. */
  readonly secretId: string;
  /** Comma-separated addresses or CIDR blocks; absent when any may call. */
  readonly allowedSources?: string;
}

/** Begins paths, ids and event types of a source. No colon: that ends it. */
export const SOURCE_NAME_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;

const SEPARATOR = ':';

/**
 * The id by which an event of another source is known everywhere, `openai:msg_1`: ids of different senders never meet.
 * A consumer from before sources takes it for no id of its own, and puts the message on the dead-letter queue.
 */
export function eventIdFrom(source: string | undefined, id: string): string {
  return source === undefined ? id : source + SEPARATOR + id;
}

/** The source of an id or an event type; `undefined` for Supaglue's. */
export function sourceOf(text: string): string | undefined {
  const end = text.indexOf(SEPARATOR);
  return end !== -1 && SOURCE_NAME_PATTERN.test(text.slice(0, end)) ? text.slice(0, end) : undefined;
}

/** Without the source that it begins with. */
export function withoutSource(text: string): string {
  const source = sourceOf(text);
  return source === undefined ? text : text.slice(source.length + SEPARATOR.length);
}

/** Whether it is an id that ingest could have written, of whatever source. */
export function isEventId(text: string): boolean {
  return EVENT_ID_PATTERN.test(withoutSource(text));
}

/** Path that a sender posts to. */
export function pathOf(source: string | undefined): string {
  return source === undefined ? WEBHOOK_PATH : `${WEBHOOK_PATH}/${source}`;
}
