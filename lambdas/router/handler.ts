import type { SourceProfile } from '../contract/source.ts';

/** The part of Powertools' Logger that a handler uses. Each line carries the event's id and the handler's name. */
export interface HandlerLogger {
  debug(message: string, extra?: Record<string, unknown> | Error): void;
  info(message: string, extra?: Record<string, unknown> | Error): void;
  warn(message: string, extra?: Record<string, unknown> | Error): void;
  error(message: string, extra?: Record<string, unknown> | Error): void;
}

/** What a handler is given. */
export interface HandlerContext<Event> {
  /** The validated event; fields that the schema does not know are kept. Frozen: assigning to it throws. */
  readonly event: Event;
  /** The svix-id: the same on every delivery, retry and resend of this event. After a source's name, `openai:msg_1`. */
  readonly eventId: string;
  /** Supaglue never sent it: what it tells was found in Supaglue's API (docs/reconciling.md). @default false */
  readonly reconciled?: boolean;
  /** Name that this handler is registered under. */
  readonly handler: string;
  /** 1 for the first attempt of the current budget. */
  readonly attempt: number;
  /**
   * The same for every run of this handler for this event. Hand it to whatever you call: it closes the
   * windows in which a completed handler may run again (docs/promises.md).
   */
  readonly idempotencyKey: string;
  /** When ingest received the event. */
  readonly receivedAt: Date;
  /** Aborts 5 s before the function's deadline. Hand it to `fetch` and to the AWS SDK. */
  readonly signal: AbortSignal;
  /** When `signal` aborts: what takes a time limit instead of a signal is given the rest until then. */
  readonly deadline: Date;
  readonly logger: HandlerLogger;
  /**
   * A sentence that `events show` tells beside this handler's completion: what a person should know although nothing
   * failed. The last one counts, up to 500 characters; the ledger keeps it when the attempt completes the event.
   */
  note(text: string): void;
}

/**
 * A handler. Resolving means done, for good. Throwing means retry with backoff, unless it is a
 * `NonRetryableError` (never again), a `RetryAfterError` (not before then) or a `NotYetError` (no failure at all).
 */
export type Handler<Event> = (context: HandlerContext<Event>) => Promise<void> | void;

/** A handler as the consumer runs it: its event was validated against the schema of its type. */
export interface RegisteredHandler {
  readonly name: string;
  readonly handle: Handler<unknown>;
}

export type ValidationResult =
  | { readonly ok: true; readonly event: unknown }
  /** Each issue is `path: message`, at most 20; the built-in schemas name no values of the payload. */
  | { readonly ok: false; readonly issues: readonly string[] };

/** What the consumer needs of a router. Types of other sources begin with their name: `openai:response.completed`. */
export interface EventRoutes {
  /** The senders besides Supaglue, by name. @default none */
  readonly sources?: ReadonlyMap<string, SourceProfile>;
  /** Handlers of this type in the order of registration, `onAny` last; empty when none is registered. */
  handlersFor(eventType: string): readonly RegisteredHandler[];
  /**
   * Validates against the schema of the type. An unknown type passes through as it is, if the payload is an
   * object that holds `webhook_event_type` as text. A promise only where the schema validates asynchronously.
   *
   * @throws what a schema of the user's throws
   */
  validate(eventType: string, payload: unknown): ValidationResult | Promise<ValidationResult>;
}
