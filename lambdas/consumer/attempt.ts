import { FailureReason } from '../contract/failure.ts';
import { isReconciled } from '../contract/reconciled-id.ts';
import { HANDLER_MARGIN_MS } from '../contract/timing.ts';
import type { WriteResult } from '../ledger/ledger.ts';
import { failedForGood, isCompleted } from '../ledger/record.ts';
import type { ValidationResult } from '../router/handler.ts';
import { errorText } from '../runtime/error-text.ts';
import { type Attempt, persistFinal, whenOwnershipLost } from './attempt-context.ts';
import { NOTHING_RAN } from './attempt-outcome.ts';
import type { Clock } from './clock.ts';
import { type DeadLetterCause, deadLetter } from './dead-letter.ts';
import type { Verdict } from './dependencies.ts';
import { clean, reportError } from './error-report.ts';
import { eventLogger } from './event-logger.ts';
import { type HandlersResult, HandlerTimeoutError, runHandlers } from './run-handlers.ts';
import { complete, settleAttempt } from './settle-attempt.ts';

/** After `signal`, a handler has this long to settle before it counts as timed out. */
const SETTLE_GRACE_MS = 1_000;

const MAX_NOTE_LENGTH = 500;

/**
 * The table or a blocked event loop took the time of the handlers. The invocation may even be over: Lambda
 * freezes what is unfinished and lets it go on in a later one, when the event may be another attempt's.
 */
class TimeIsUpError extends Error {
  override readonly name = 'TimeIsUpError';
  readonly code = 'time-is-up';
  readonly retryable = true;
}

/** Runs one attempt of an event that this invocation has claimed. */
export async function runAttempt(attempt: Attempt): Promise<Verdict> {
  const { message, claimed, dependencies } = attempt;
  const { facts, payload } = message;
  if (claimed.predecessorAbandoned) dependencies.metrics.attemptAbandoned();

  const spent = spentBudget(attempt);
  if (spent !== undefined) return deadLetter(attempt, spent);
  if (payload === undefined) {
    return refuse(attempt, FailureReason.INVALID_JSON, 'the body is not JSON');
  }
  const abortAtMs = attempt.invocation.deadlineMs - HANDLER_MARGIN_MS;
  if (claimed.predecessorAbandoned && !claimed.claim.alone) {
    const taken = await takeTurnAlone(attempt, abortAtMs);
    if (taken === 'lost') return whenOwnershipLost(attempt);
    throwWhenTimeIsUp(attempt, abortAtMs);
  }
  const validated = await validate(attempt, payload.value, abortAtMs);
  if ('failed' in validated) return settleAttempt(attempt, validated);
  if (!validated.ok) {
    const text = `the body does not match the schema of ${facts.eventType}: ${validated.issues.join('; ')}`;
    return refuse(attempt, FailureReason.INVALID_PAYLOAD, text);
  }
  if (validated.sameAs !== undefined) return complete(attempt, NOTHING_RAN, validated.sameAs);
  throwWhenTimeIsUp(attempt, abortAtMs);
  const result = await runPending(attempt, validated.event, abortAtMs);
  logFailures(attempt, result);
  return settleAttempt(attempt, result);
}

/** Waits for the neighbours, then counts the attempt: from here on its death is its own. */
async function takeTurnAlone(attempt: Attempt, abortAtMs: number): Promise<WriteResult> {
  const { invocation, dependencies } = attempt;
  const { claim, record } = attempt.claimed;
  await invocation.company.turnAlone();
  throwWhenTimeIsUp(attempt, abortAtMs);
  const taken = await persistFinal(attempt, (nowMs) =>
    dependencies.ledger.spendAttempt(claim, record.attempts, nowMs),
  );
  // The table took the time: the attempt has run nothing, and is not counted. When this fails too, it is.
  if (taken === 'written' && isTimeUp(attempt, abortAtMs)) {
    await persistFinal(attempt, (nowMs) =>
      dependencies.ledger.giveBackAttempt(claim, record.attempts, nowMs),
    );
  }
  return taken;
}

function isTimeUp({ dependencies }: Attempt, abortAtMs: number): boolean {
  return dependencies.clock.nowMs() >= abortAtMs;
}

/** The message goes back. In company the attempt is not counted: it has run nothing. */
function throwWhenTimeIsUp(attempt: Attempt, abortAtMs: number): void {
  if (isTimeUp(attempt, abortAtMs)) throw new TimeIsUpError('no time was left to start a handler');
}

/**
 * A schema of the user's own may throw, or take the handlers' whole time: that is retried like a handler's error,
 * under no handler's name. Who told the same before is asked of the table: when it does not answer, nothing of the
 * event has failed, and no attempt is spent on it.
 */
async function validate(
  { message, dependencies }: Attempt,
  payload: unknown,
  abortAtMs: number,
): Promise<(ValidationResult & { readonly sameAs?: string | undefined }) | HandlersResult> {
  const { routes, clock, holderOf } = dependencies;
  let isValid = false;
  try {
    const checked = routes.validate(message.facts.eventType, payload);
    const result = checked instanceof Promise ? await inTime(checked, abortAtMs, clock) : checked;
    if (!result.ok || holderOf === undefined) return result;
    isValid = true;
    return { ...result, sameAs: await holderOf(message, result.event) };
  } catch (error) {
    const report = { ...reportError(error), retryable: true, ...(isValid && { notYet: true as const }) };
    const failure = { handler: '-', failedAtMs: clock.nowMs(), ...report };
    return { completed: {}, failed: [failure], someStillRunning: false };
  }
}

/** @throws {HandlerTimeoutError} when the schema takes longer */
async function inTime<T>(validation: Promise<T>, untilMs: number, clock: Clock): Promise<T> {
  let forget = () => {};
  const timeIsUp = new Promise<never>((_, reject) => {
    forget = clock.after(untilMs - clock.nowMs(), () =>
      reject(new HandlerTimeoutError('the schema had not settled in time')),
    );
  });
  try {
    return await Promise.race([validation, timeIsUp]);
  } finally {
    forget();
  }
}

/** A claim that must not run anything: its predecessors have used up the budget or decided already. */
function spentBudget({ claimed, dependencies }: Attempt): DeadLetterCause | undefined {
  const { record, unfinishedDeadLetter, predecessorAbandoned } = claimed;
  if (unfinishedDeadLetter !== undefined) {
    const message = record.failures.at(-1)?.message ?? 'an earlier attempt decided this';
    return { reason: unfinishedDeadLetter, message };
  }
  if (record.attempts <= dependencies.policy.maxAttempts) return undefined;
  return predecessorAbandoned
    ? { reason: FailureReason.ABANDONED, message: 'the last attempt of the budget ended without a record' }
    : { reason: FailureReason.ATTEMPTS_EXHAUSTED, message: 'the budget of attempts is spent' };
}

/** Nothing of the body can be handled: the reason itself is the recorded failure. */
function refuse(attempt: Attempt, reason: FailureReason, message: string): Promise<Verdict> {
  const at_ms = attempt.dependencies.clock.nowMs();
  const failure = { at_ms, error: 'EventRefused', message, code: reason, retryable: false };
  return deadLetter(attempt, { reason, message, eventFailures: [failure] });
}

/** Runs the handlers that the ledger holds neither as completed nor as failed for good. */
async function runPending({ message, claimed, dependencies }: Attempt, event: unknown, abortAtMs: number) {
  const { ledger, clock, routes, logger } = dependencies;
  const { record, claim } = claimed;
  const pending = routes.handlersFor(message.facts.eventType).filter(({ name }) => {
    const state = record.handlers[name];
    return !isCompleted(state) && !failedForGood(state);
  });
  const notes: Record<string, string> = {};
  const result = await runHandlers(pending, {
    clock,
    deadline: { abortAtMs, giveUpAtMs: abortAtMs + SETTLE_GRACE_MS },
    async invoke(handler, signal) {
      await handler.handle({
        event,
        eventId: claim.eventId,
        reconciled: isReconciled(claim.eventId),
        handler: handler.name,
        attempt: record.attempts,
        idempotencyKey: `${claim.eventId}:${handler.name}`,
        receivedAt: new Date(message.facts.receivedAtMs),
        signal,
        deadline: new Date(abortAtMs),
        logger: eventLogger(logger, claim.eventId, handler.name),
        note(text) {
          notes[handler.name] = clean(text, MAX_NOTE_LENGTH);
        },
      });
    },
    onEarlyCompletion(handler, completedAtMs) {
      // Not awaited, and a failure loses nothing: the final write carries every completion once more.
      ledger.recordCompletion(claim, handler, completedAtMs, clock.nowMs()).catch((error: unknown) => {
        eventLogger(logger, claim.eventId, handler).warn('early record failed', { cause: errorText(error) });
      });
    },
  });
  return { ...result, notes };
}

function logFailures({ claimed, message, dependencies }: Attempt, result: HandlersResult): void {
  for (const { handler, message: reason, failedAtMs: _, notYet, ...failure } of result.failed) {
    const logger = eventLogger(dependencies.logger, claimed.claim.eventId, handler);
    if (notYet) {
      logger.info('handler comes back', { reason, seconds: failure.retryAfterSeconds });
      continue;
    }
    logger.warn('handler failed', {
      event_type: message.facts.eventType,
      attempt: claimed.record.attempts,
      reason,
      ...failure,
    });
  }
}
