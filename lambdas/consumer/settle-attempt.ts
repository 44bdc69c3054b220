import { FailureReason } from '../contract/failure.ts';
import { isReconciled } from '../contract/reconciled-id.ts';
import { failedForGood } from '../ledger/record.ts';
import { type Attempt, persistFinal, whenOwnershipLost } from './attempt-context.ts';
import { outcomeOf } from './attempt-outcome.ts';
import { backoffMs, retryDelayMs } from './backoff.ts';
import { boundedFailures } from './bounded-failures.ts';
import { deadLetter } from './dead-letter.ts';
import type { Verdict } from './dependencies.ts';
import { hide, isLastReceive, outlivesMessage } from './give-back.ts';
import type { HandlersResult } from './run-handlers.ts';

/** Records what the handlers did and decides what becomes of the message. */
export async function settleAttempt(attempt: Attempt, result: HandlersResult): Promise<Verdict> {
  const { record } = attempt.claimed;
  const failedEarlier = Object.values(record.handlers).some(failedForGood);
  if (result.failed.length === 0 && !failedEarlier) return complete(attempt, result);
  if (mayPostpone(attempt, result)) return postpone(attempt, result);
  const refusal = reasonNotToRetry(attempt, result);
  return refusal === undefined ? retry(attempt, result) : deadLetter(attempt, { ...refusal, result });
}

/** @param sameContentAs - the event that has told the same: no handler ran */
export async function complete(
  attempt: Attempt,
  result: HandlersResult,
  sameContentAs?: string,
): Promise<Verdict> {
  const { message, claimed, dependencies } = attempt;
  const { ledger, clock, metrics } = dependencies;
  const { failures, attempts, attempts_total: total } = claimed.record;
  const nowMs = clock.nowMs();
  const outcome = {
    ...outcomeOf(claimed, result, nowMs),
    failures,
    wasPutBack: attempts !== total,
    sameContentAs,
  };
  const written = await persistFinal(attempt, () => ledger.complete(claimed.claim, outcome, nowMs));
  if (written === 'lost') return whenOwnershipLost(attempt);
  if (sameContentAs === undefined) {
    metrics.processed(clock.nowMs() - message.facts.receivedAtMs);
    if (isReconciled(claimed.claim.eventId)) metrics.reconciled();
  } else metrics.duplicate();
  // Safe to acknowledge: COMPLETED is recorded under our own token.
  return 'acknowledge';
}

async function retry(attempt: Attempt, result: HandlersResult): Promise<Verdict> {
  const { message, claimed, dependencies } = attempt;
  const { ledger, clock, metrics } = dependencies;
  const delayMs = nextDelayMs(attempt, result);
  if (outlivesMessage(message.record, delayMs, dependencies)) {
    const text = 'the next retry would come after the message has expired from the queue';
    return deadLetter(attempt, { reason: FailureReason.RETENTION, message: text, result });
  }
  const whole = outcomeOf(claimed, result, clock.nowMs());
  const outcome = { ...whole, failures: boundedFailures(whole.failures) };
  const written = await persistFinal(attempt, (nowMs) =>
    ledger.failRetryable(claimed.claim, outcome, nowMs + delayMs, nowMs),
  );
  if (written === 'lost') return whenOwnershipLost(attempt);
  metrics.retried();
  await hide(message.record, delayMs, dependencies);
  return 'return';
}

/** Nothing has failed. An attempt after one that died is counted otherwise: it ends as a failed one. */
function mayPostpone(attempt: Attempt, result: HandlersResult): boolean {
  const { message, claimed, dependencies } = attempt;
  if (result.failed.length === 0 || !result.failed.every(({ notYet }) => notYet)) return false;
  if (claimed.predecessorAbandoned || isLastReceive(message.record, dependencies)) return false;
  return !outlivesMessage(message.record, nextDelayMs(attempt, result), dependencies);
}

/** Nothing failed: the event is as if this attempt had not been made, but for what completed in it. */
async function postpone(attempt: Attempt, result: HandlersResult): Promise<Verdict> {
  const { message, claimed, dependencies } = attempt;
  const { ledger, metrics } = dependencies;
  for (const [handler, completedAtMs] of Object.entries(result.completed)) {
    const written = await persistFinal(attempt, (nowMs) =>
      ledger.recordCompletion(claimed.claim, handler, completedAtMs, nowMs),
    );
    if (written === 'lost') return whenOwnershipLost(attempt);
  }
  const written = await persistFinal(attempt, (nowMs) => ledger.withdrawClaim(claimed.claim, nowMs));
  if (written === 'lost') return whenOwnershipLost(attempt);
  metrics.deferred();
  await hide(message.record, nextDelayMs(attempt, result), dependencies);
  return 'return';
}

function reasonNotToRetry({ message, claimed, dependencies }: Attempt, result: HandlersResult) {
  const { maxAttempts, maxReceiveCount } = dependencies.policy;
  if (result.failed.every(({ retryable }) => !retryable)) {
    return { reason: FailureReason.PERMANENT, message: 'a handler failed for good' };
  }
  if (claimed.record.attempts >= maxAttempts) {
    return { reason: FailureReason.ATTEMPTS_EXHAUSTED, message: `all ${maxAttempts} attempts failed` };
  }
  if (isLastReceive(message.record, dependencies)) {
    const text = `the message was received ${maxReceiveCount} times, as often as the queue allows`;
    return { reason: FailureReason.RECEIVE_LIMIT, message: text };
  }
  return undefined;
}

function nextDelayMs(
  { claimed, dependencies }: Attempt,
  { failed, someStillRunning }: HandlersResult,
): number {
  const { clock, policy, random } = dependencies;
  // What waits must not shorten the backoff of what failed.
  const failures = failed.filter(({ notYet }) => !notYet);
  const asking = failures.length === 0 ? failed : failures;
  const requested = asking.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  const delayMs = retryDelayMs(backoffMs(claimed.record.attempts, policy, random()), requested);
  // A handler that may still run keeps its successor out while it can run in this invocation. Lambda freezes it
  // then and may let it go on in a later one: the window that docs/promises.md names.
  return someStillRunning ? Math.max(delayMs, claimed.claim.leaseExpiresAtMs - clock.nowMs()) : delayMs;
}
