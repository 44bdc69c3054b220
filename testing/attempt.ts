import type { Failure } from '../lambdas/contract/failure.ts';
import type { LedgerRecord } from '../lambdas/ledger/record.ts';

/** Something that a handler did to the world. */
export interface Effect {
  /** `POST https://billing.example.com/pause`, or what the world calls it. */
  readonly name: string;
  readonly handler: string;
  /** What its receiver knows a repetition by; absent when it cannot. */
  readonly key?: string;
  /** To do it twice is the same by its kind: HTTP's GET, PUT and DELETE. */
  readonly repeatable?: true;
  /** It came to pass, whether or not the handler learned of it. */
  happened?: true;
}

/** What becomes of one effect. */
export type EffectFault = 'crash-before' | 'crash-after' | 'hang' | 'fail';

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
  /** The fault that one of its effects met. */
  met?: EffectFault;
  /** It changed the event that it was given, or tried to. */
  mutatesEvent?: true;
}

/** What has become of an event by now. */
export interface Outcome {
  readonly status: 'QUEUED' | 'RETRYING' | 'COMPLETED' | 'DEAD-LETTERED' | 'LOST';
  /** Runs of its handlers, in the order in which they began. */
  readonly attempts: readonly Attempt[];
  /** What its handlers did, in their order. */
  readonly effects: readonly Effect[];
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
