import type { Failure } from '../lambdas/contract/failure.ts';
import type { LedgerRecord } from '../lambdas/ledger/record.ts';
import type { Effect } from './effects.ts';

/** One run of a handler. */
export interface Attempt {
  readonly handler: string;
  /** As the handler's context tells it. */
  readonly attempt: number;
  /** Virtual time. */
  readonly at: Date;
  /** `timed-out`: it ignored `signal`. */
  result: 'running' | 'completed' | 'failed' | 'timed-out' | 'crashed';
  error?: { readonly name: string; readonly message: string; readonly retryable: boolean };
  /** Until the event comes back, in milliseconds of virtual time; absent when it does not, or nobody could say. */
  delayMs?: number;
  /** It changed the event that it was given, or tried to. */
  mutatesEvent?: true;
}

/** What has become of an event by now. */
export interface Outcome {
  readonly status: 'QUEUED' | 'RETRYING' | 'COMPLETED' | 'DEAD-LETTERED' | 'LOST';
  /** Runs of its handlers, in the order in which they began. */
  readonly attempts: readonly Attempt[];
  /** What its handlers did, attempt by attempt of the function. */
  readonly effects: readonly (readonly Effect[])[];
  /** As the ledger holds it. */
  readonly record: LedgerRecord | undefined;
}

/** A message on the dead-letter queue. */
export interface DeadLetter {
  readonly eventId: string;
  /** The body as it was delivered. */
  readonly body: string;
  readonly failure: Failure | undefined;
}

/** How long; the parts add up. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

export function millisecondsOf({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Duration): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
