import type { FailureReason } from '../contract/failure.ts';
import type { Contents } from '../ledger/contents.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { EventRoutes, HandlerLogger } from '../router/handler.ts';
import type { BatchCompany } from './batch-company.ts';
import type { Clock } from './clock.ts';
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

export interface ConsumerDependencies {
  readonly ledger: Ledger;
  /** Which event counts for what it tells; absent while nothing is reconciled. */
  readonly contents?: Pick<Contents, 'holderOf'>;
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
