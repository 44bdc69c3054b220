import type { FailureReason } from '../../lambdas/contract/failure.ts';
import {
  EventStatus,
  isCompleted,
  type LedgerRecord,
  type RecordedFailure,
} from '../../lambdas/ledger/record.ts';

/** What the ledger shows of an event's way, in the order in which it happens. Times are the ledger's. */
export type EventStep =
  | { readonly step: 'attempt-running'; readonly attempt: number }
  | ({ readonly step: 'attempt-failed' } & Omit<RecordedFailure, 'stack'>)
  | { readonly step: 'handler-completed'; readonly handler: string; readonly at_ms: number }
  | { readonly step: 'retry-scheduled'; readonly at_ms: number }
  | { readonly step: 'dead-lettered'; readonly reason: FailureReason; readonly at_ms: number }
  | { readonly step: 'completed'; readonly at_ms: number };

/** What has happened between two looks at the record of one event. */
export function stepsBetween(before: LedgerRecord | undefined, after: LedgerRecord): readonly EventStep[] {
  return [...newFailures(before, after), ...newCompletions(before, after), ...newState(before, after)];
}

/** Whether the dead letter is confirmed: until then `attempts` still counts, and the copy may have to be repeated. */
export function isDeadLettered(record: LedgerRecord): boolean {
  return (
    record.status === EventStatus.FAILED && record.dead_letter_reason !== undefined && record.attempts === 0
  );
}

function newFailures(before: LedgerRecord | undefined, after: LedgerRecord): EventStep[] {
  const seen = new Set(before?.failures.map(identity));
  return after.failures
    .filter((failure) => !seen.has(identity(failure)))
    .map(({ stack: _, ...failure }) => ({ step: 'attempt-failed', ...failure }));
}

const identity = ({ attempt, at_ms, handler }: RecordedFailure) => `${attempt} ${at_ms} ${handler ?? ''}`;

function newCompletions(before: LedgerRecord | undefined, after: LedgerRecord): EventStep[] {
  return Object.entries(after.handlers).flatMap(([handler, state]) =>
    isCompleted(state) && before?.handlers[handler] !== state
      ? [{ step: 'handler-completed' as const, handler, at_ms: state }]
      : [],
  );
}

function newState(before: LedgerRecord | undefined, after: LedgerRecord): EventStep[] {
  const { status, attempts_total: attempt, updated_at_ms: updatedAtMs } = after;
  const changed = before?.status !== status || before.attempts_total !== attempt;
  if (status === EventStatus.COMPLETED) {
    return changed ? [{ step: 'completed', at_ms: after.completed_at_ms ?? updatedAtMs }] : [];
  }
  if (status === EventStatus.IN_PROGRESS) return changed ? [{ step: 'attempt-running', attempt }] : [];
  if (after.dead_letter_reason !== undefined) {
    const confirmed = isDeadLettered(after) && !(before !== undefined && !changed && isDeadLettered(before));
    const at_ms = after.failed_at_ms ?? updatedAtMs;
    return confirmed ? [{ step: 'dead-lettered', reason: after.dead_letter_reason, at_ms }] : [];
  }
  return changed && after.not_before_ms !== undefined
    ? [{ step: 'retry-scheduled', at_ms: after.not_before_ms }]
    : [];
}
