import type { HandlerFailure } from '../contract/failure.ts';
import type { AttemptOutcome, ClaimResult } from '../ledger/ledger.ts';
import {
  failedForGood,
  isCompleted,
  type LedgerRecord,
  type PermanentFailure,
  type RecordedFailure,
} from '../ledger/record.ts';
import { clean } from './error-report.ts';
import type { FailedHandler, HandlersResult } from './run-handlers.ts';

export type Claimed = Extract<ClaimResult, { outcome: 'claimed' }>;

const MAX_FAILURES = 10;
/**
 * Of the message in a handler's mark. `failures` holds the last ones whole; there is a mark for each handler, and the
 * most handlers with the longest texts must fit an item of DynamoDB's (400 KB).
 */
const MAX_MARK_CHARACTERS = 200;

/** The outcome of an attempt in which no handler ran. */
export const NOTHING_RAN: HandlersResult = { completed: {}, failed: [], someStillRunning: false };

/** What the ledger keeps of an attempt. */
export function outcomeOf(
  { record, predecessorAbandoned }: Claimed,
  result: HandlersResult,
  nowMs: number,
  other: readonly Omit<RecordedFailure, 'attempt'>[] = [],
): AttemptOutcome {
  const attempt = record.attempts_total;
  const abandoned: RecordedFailure[] = predecessorAbandoned
    ? [
        {
          attempt: attempt - 1,
          at_ms: nowMs,
          error: 'AttemptAbandoned',
          message: 'the attempt ended without a record: a crash, no memory left, or the function timed out',
          code: 'abandoned',
          retryable: true,
        },
      ]
    : [];
  const failures = [
    ...record.failures,
    ...abandoned,
    ...other.map((failure) => ({ attempt, ...failure })),
    ...result.failed
      .filter(({ notYet }) => notYet !== true)
      .map((failure) => recordedFailure(failure, attempt)),
  ];
  return {
    completed: result.completed,
    failedForGood: Object.fromEntries(
      result.failed
        .filter(({ retryable }) => !retryable)
        .map((failure) => [failure.handler, permanentFailure(failure, attempt)]),
    ),
    failures: failures.slice(-MAX_FAILURES),
    attempts: record.attempts,
    notes: result.notes ?? {},
  };
}

/** Handlers whose permanent failure the ledger holds after this attempt. */
export function handlersFailedForGood(record: LedgerRecord, outcome: AttemptOutcome): readonly string[] {
  const before = Object.entries(record.handlers).filter(([, state]) => failedForGood(state));
  return [...new Set([...before.map(([handler]) => handler), ...Object.keys(outcome.failedForGood)])];
}

/** The handlers to name on a dead letter: those of this attempt and those that failed for good before it. */
export function failingHandlers(record: LedgerRecord, result: HandlersResult): readonly HandlerFailure[] {
  const failing = new Map<string, HandlerFailure>();
  for (const failure of lastFailures(record)) failing.set(failure.handler, failure);
  for (const { failedAtMs: _, retryAfterSeconds: __, notYet: ___, ...failure } of result.failed) {
    failing.set(failure.handler, failure);
  }
  for (const handler of Object.keys(result.completed)) failing.delete(handler);
  return [...failing.values()];
}

/** The latest recorded failure of each handler that has not completed since. */
function lastFailures(record: LedgerRecord): HandlerFailure[] {
  const latest = new Map<string, HandlerFailure>();
  for (const { handler, attempt: _, at_ms: __, ...failure } of record.failures) {
    if (handler === undefined) continue;
    const state = record.handlers[handler];
    if (isCompleted(state)) continue;
    const mark = failedForGood(state) && state.message.length > failure.message.length ? state : undefined;
    const { error, message, code } = mark ?? failure;
    latest.set(handler, { handler, ...failure, error, message, ...(code === undefined ? {} : { code }) });
  }
  for (const [handler, state] of Object.entries(record.handlers)) {
    if (failedForGood(state) && !latest.has(handler)) {
      const { error, message, code } = state;
      latest.set(handler, {
        handler,
        error,
        message,
        retryable: false,
        ...(code === undefined ? {} : { code }),
      });
    }
  }
  return [...latest.values()];
}

function recordedFailure(failure: FailedHandler, attempt: number): RecordedFailure {
  const { failedAtMs, retryAfterSeconds: _, notYet: __, ...report } = failure;
  return { attempt, at_ms: failedAtMs, ...report };
}

function permanentFailure(failure: FailedHandler, attempt: number): PermanentFailure {
  const { failedAtMs, error, code } = failure;
  const message = clean(failure.message, MAX_MARK_CHARACTERS);
  return { failed_at_ms: failedAtMs, attempt, error, message, ...(code === undefined ? {} : { code }) };
}
