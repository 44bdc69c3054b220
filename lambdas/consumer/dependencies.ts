import type { FailureReason } from '../contract/failure.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { EventRoutes, HandlerLogger } from '../router/handler.ts';
import type { BatchCompany } from './batch-company.ts';
import type { Clock } from './clock.ts';
import type { IncomingMessage } from './incoming-message.ts';
import type { RetryPolicy } from './policy.ts';
import type { ConsumerQueue } from './queue.ts';

/** What the consumer counts; one call per event at most, but for the latency beside `processed`. */
export interface ConsumerMetrics {
  processed(latencyMs: number): void;
  duplicate(): void;
  deferred(): void;
  retried(): void;
  deadLettered(reason: FailureReason): void;
  unhandled(): void;
  attemptAbandoned(): void;
  /** Completed, of those that Supaglue never sent. */
  reconciled(): void;
}

/**
 * The event that has told the same before; `undefined` when this one counts.
 *
 * @param event - the payload: only what is unhandled may be unvalidated
 * @throws what the table throws: nothing has run, and the next attempt asks again
 */
export type HolderOf = (message: IncomingMessage, event: unknown) => Promise<string | undefined>;

export interface ConsumerDependencies {
  readonly ledger: Ledger;
  /** Which event counts for what it tells; absent while nothing is reconciled. */
  readonly holderOf?: HolderOf;
  readonly routes: EventRoutes;
  readonly queue: ConsumerQueue;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** In [0, 1). */
  random(): number;
  /** A fresh token per claim. */
  newOwner(): string;
  readonly metrics: ConsumerMetrics;
  readonly logger: HandlerLogger;
}

/** One run of the function; all records of its batch share it. */
export interface Invocation {
  /** When Lambda ends the function, epoch milliseconds. */
  readonly deadlineMs: number;
  readonly company: BatchCompany;
}

/** `acknowledge`: SQS may forget the message. `return`: it is a batch item failure. */
export type Verdict = 'acknowledge' | 'return';
