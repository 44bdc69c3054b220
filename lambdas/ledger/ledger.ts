import type { FailureReason } from '../contract/failure.ts';
import type { Letter, MessageFacts } from './letter.ts';
import type { LedgerRecord, PermanentFailure, RecordedFailure } from './record.ts';

/** What is recorded of an event when it is claimed. Times in epoch milliseconds. */
export interface EventFacts extends MessageFacts {
  readonly eventId: string;
  /** SHA-256 of the body's bytes, hexadecimal. */
  readonly bodySha256: string;
  readonly eventType: string;
  readonly customerId?: string;
  readonly connectionId?: string;
  readonly providerName?: string;
}

/** An attempt's right to write: every write but the claim is refused once another attempt holds the event. */
export interface Claim {
  readonly eventId: string;
  /** Fresh random token. Never the Lambda request id: a retried invocation carries the same one. */
  readonly owner: string;
  readonly leaseExpiresAtMs: number;
  /**
   * Nothing else runs beside the attempt, so that its death would be its own: it is counted at once. In company
   * it is counted when it ends, since a neighbour may be what killed it.
   */
  readonly alone: boolean;
}

export type ClaimResult =
  | {
      readonly outcome: 'claimed';
      readonly claim: Claim;
      /** The record as this claim left it. */
      readonly record: LedgerRecord;
      /** The attempt before this one ended without a record: its lease ran out. */
      readonly predecessorAbandoned: boolean;
      /** The attempt before this one decided to dead-letter, and its copy may not have been sent. */
      readonly unfinishedDeadLetter?: FailureReason;
    }
  | { readonly outcome: 'completed' }
  /** Another attempt's lease is live, or the backoff has not passed. */
  | { readonly outcome: 'busy'; readonly untilMs: number }
  /** The event was dead-lettered after SQS had taken this message: its letter stands for it. */
  | { readonly outcome: 'lettered' }
  | { readonly outcome: 'payload-mismatch' };

/** `lost`: another attempt has claimed the event meanwhile; nothing was written. */
export type WriteResult = 'written' | 'lost';

/** What an attempt did to its handlers; carried by every final write. */
export interface AttemptOutcome {
  /** Handler name → completed at, epoch milliseconds. */
  readonly completed: Readonly<Record<string, number>>;
  readonly failedForGood: Readonly<Record<string, PermanentFailure>>;
  /** All failures to keep, the earlier ones included, oldest first. */
  readonly failures: readonly RecordedFailure[];
  /** Which attempt of the budget ended so. */
  readonly attempts: number;
  /** Handler name → what it notes beside its completion; kept by {@link Ledger.complete} alone. */
  readonly notes?: Readonly<Record<string, string>>;
  /** A dead letter was put back: a COMPLETED record tells this budget's attempts beside all there were. */
  readonly wasPutBack?: boolean;
  /** Id of the event that told the same before: nothing ran. Kept by {@link Ledger.complete} alone. */
  readonly sameContentAs?: string | undefined;
}

/** What the confirmed copy to the dead-letter queue leaves of the attempt. */
export interface Release {
  /** Handlers that failed for good; a redrive runs them again. */
  readonly forgottenHandlers: readonly string[];
  /** A handler ignored its signal: nobody may start before the lease has ended. */
  readonly someStillRunning: boolean;
  readonly letter: Letter;
}

/**
 * The idempotency ledger: one record per event, an owner-fenced state machine. Any method may reject when the
 * table is unreachable; a rejected write may still have been applied, and each may be repeated.
 */
export interface Ledger {
  /** Takes the event for one attempt. */
  claim(event: EventFacts, claim: Claim, nowMs: number): Promise<ClaimResult>;
  /** Records, under the claim's condition, an event that nothing handles. */
  completeUnhandled(event: EventFacts, claim: Claim, nowMs: number): Promise<ClaimResult>;
  /** Records one handler while others still run. */
  recordCompletion(claim: Claim, handler: string, completedAtMs: number, nowMs: number): Promise<WriteResult>;
  /**
   * Keeps what a duplicate, a redrive or a timeline reads, and no stack. Repeated with the same `nowMs` it answers
   * `written` again.
   */
  complete(claim: Claim, outcome: AttemptOutcome, nowMs: number): Promise<WriteResult>;
  failRetryable(
    claim: Claim,
    outcome: AttemptOutcome,
    notBeforeMs: number,
    nowMs: number,
  ): Promise<WriteResult>;
  /**
   * First of two steps around the copy to the dead-letter queue: records the failure and keeps everybody
   * out until the lease ends. A crash before {@link releaseDeadLetter} makes the next claim finish it, and after
   * that claim's own crash the one after it.
   */
  failForGood(
    claim: Claim,
    outcome: AttemptOutcome,
    reason: FailureReason,
    nowMs: number,
  ): Promise<WriteResult>;
  /**
   * Second step, after the copy is confirmed: a redriven event finds a full budget, at once or, while a handler
   * may still run, when the lease has ended. Messages older than the letter find none any more.
   */
  releaseDeadLetter(claim: Claim, release: Release, nowMs: number): Promise<WriteResult>;
  /** Counts an attempt that was claimed in company and is about to run alone. */
  spendAttempt(claim: Claim, attempts: number, nowMs: number): Promise<WriteResult>;
  /** Takes `spendAttempt` back, for an attempt that has run nothing after it. */
  giveBackAttempt(claim: Claim, attempts: number, nowMs: number): Promise<WriteResult>;
  /**
   * After a claim that was rejected: should it have been applied all the same, it counts no longer, and the event is
   * free at once. Nothing may have been run.
   */
  withdrawClaim(claim: Claim, nowMs: number): Promise<WriteResult>;
  /** Consistent read. */
  read(eventId: string): Promise<LedgerRecord | undefined>;
}
