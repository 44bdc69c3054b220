import type { FailureReason } from '../contract/failure.ts';
import { LEASE_SKEW_MS } from '../contract/timing.ts';
import type { RecordedFailure } from '../ledger/record.ts';
import { type Attempt, persistFinal, whenOwnershipLost } from './attempt-context.ts';
import { failingHandlers, handlersFailedForGood, NOTHING_RAN, outcomeOf } from './attempt-outcome.ts';
import type { Verdict } from './dependencies.ts';
import { eventLogger } from './event-logger.ts';
import { encodeFailure } from './failure-attribute.ts';
import { signedAtSeconds } from './incoming-message.ts';
import type { HandlersResult } from './run-handlers.ts';

export interface DeadLetterCause {
  readonly reason: FailureReason;
  /** One sentence for people. */
  readonly message: string;
  /** What ran in this attempt; nothing by default. */
  readonly result?: HandlersResult;
  /** Failures of the event itself, beside its handlers'. */
  readonly eventFailures?: readonly Omit<RecordedFailure, 'attempt'>[];
}

/** Record, copy, release, acknowledge: each step only after the one before it is confirmed. */
export async function deadLetter(attempt: Attempt, cause: DeadLetterCause): Promise<Verdict> {
  const { message, claimed, dependencies } = attempt;
  const { ledger, queue, clock, metrics, logger } = dependencies;
  const { record, claim } = claimed;
  const { reason, result = NOTHING_RAN } = cause;
  const failedAtMs = clock.nowMs();

  const outcome = outcomeOf(claimed, result, failedAtMs, cause.eventFailures);
  const held = await persistFinal(attempt, (nowMs) => ledger.failForGood(claim, outcome, reason, nowMs));
  if (held === 'lost') return whenOwnershipLost(attempt);

  const failure = encodeFailure({
    reason,
    message: cause.message,
    handlers: failingHandlers(record, result),
    attempts: record.attempts,
    ...(record.first_attempt_at_ms === undefined ? {} : { firstAttemptAtMs: record.first_attempt_at_ms }),
    failedAtMs,
  });
  await queue.copyToDeadLetters(message.record, failure);
  metrics.deadLettered(reason);
  eventLogger(logger, claim.eventId, '-').error('event dead-lettered', { reason, attempts: record.attempts });

  const release = {
    forgottenHandlers: handlersFailedForGood(record, outcome),
    someStillRunning: result.someStillRunning,
    letter: {
      // Both are before SQS took the letter, and a redrive is after that: our clock less what it may be ahead of
      // SQS's, and SQS's own stamp of this very message, which SQS may hand out again.
      atMs: Math.max(failedAtMs - LEASE_SKEW_MS, message.facts.sentAtMs),
      signedAtSeconds: signedAtSeconds(message.record) ?? 0,
      receivedAtMs: message.facts.receivedAtMs,
    },
  };
  const released = await persistFinal(attempt, (nowMs) => ledger.releaseDeadLetter(claim, release, nowMs));
  if (released === 'lost') return whenOwnershipLost(attempt);
  // Safe to acknowledge: SQS has confirmed the copy, and the ledger gives a redrive its full budget.
  return 'acknowledge';
}
