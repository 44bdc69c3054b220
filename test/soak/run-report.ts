/** Names the variable that tells the handlers where the counter listens. */
export const COUNTER_VARIABLE = 'SOAK_COUNTER_URL';

/** `effect`: the handler has done its work and is about to return. */
export type RunPhase = 'start' | 'effect';

/** What a handler tells the counter. */
export interface RunReport {
  readonly phase: RunPhase;
  readonly event_id: string;
  readonly handler: string;
  readonly attempt: number;
  /** Epoch milliseconds, by the clock that the ledger's times are taken from. */
  readonly at_ms: number;
}

/** What an event of the soak asks of its handlers, under the key `soak` of its payload. */
export interface HandlerOrders {
  /** The handler's work takes this long, in milliseconds. */
  readonly wait_ms?: number;
  /** The handler fails while `attempt` is at most this. */
  readonly fail_times?: number;
  /** Instead of the backoff, in seconds. */
  readonly retry_after_seconds?: number;
}
