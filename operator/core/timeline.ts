import { createHash } from 'node:crypto';
import { isCompleted, type LedgerRecord, type RecordedFailure } from '../../lambdas/ledger/record.ts';

type Moment = 'received' | 'first-attempt' | 'completed' | 'lease-expires' | 'next-attempt' | 'expires';

/** One moment of an event's record. */
export type TimelineEntry =
  | { readonly entry: Moment; readonly at_ms: number }
  | { readonly entry: 'dead-lettered'; readonly at_ms: number; readonly reason: string }
  /** Its payload was changed and sent as another event, or it is such an event: the other's id. */
  | { readonly entry: 'corrected' | 'corrects'; readonly at_ms: number; readonly event_id: string }
  | {
      readonly entry: 'handler-completed';
      readonly at_ms: number;
      readonly handler: string;
      /** What it notes beside its completion. */
      readonly note?: string;
    }
  | ({ readonly entry: 'failed'; readonly frame?: string } & Omit<RecordedFailure, 'stack'>);

/** The record's moments in the order of their times; what is planned comes last. */
export function timelineOf(record: LedgerRecord): readonly TimelineEntry[] {
  const entries: readonly TimelineEntry[] = [
    { entry: 'received', at_ms: record.received_at_ms },
    ...moment('first-attempt', record.first_attempt_at_ms),
    ...record.failures.map(failureEntry),
    ...handlerEntries(record),
    ...correctionEntries(record),
    ...endEntries(record),
  ];
  // Stable: of equal times the order above, which is the order of the work, is kept.
  return (
    entries
      // An item that somebody else wrote may lack its times.
      .filter(({ at_ms }) => Number.isFinite(at_ms))
      .sort((one, other) => one.at_ms - other.at_ms)
  );
}

function failureEntry({ stack, ...failure }: RecordedFailure): TimelineEntry {
  const [frame] = stack?.split('\n') ?? [];
  return { entry: 'failed', ...failure, ...(frame === undefined ? {} : { frame }) };
}

function handlerEntries({ handlers, failures, notes = {} }: LedgerRecord): TimelineEntry[] {
  return Object.entries(handlers).flatMap(([handler, state]): TimelineEntry[] => {
    if (isCompleted(state)) {
      const note = Object.hasOwn(notes, handler) ? notes[handler] : undefined;
      return [{ entry: 'handler-completed', at_ms: state, handler, ...(note === undefined ? {} : { note }) }];
    }
    const { failed_at_ms: at_ms, ...failure } = state;
    // Among the last ten failures it is listed already.
    const isListed = failures.some((each) => each.handler === handler && each.attempt === failure.attempt);
    return isListed ? [] : [{ entry: 'failed', at_ms, handler, retryable: false, ...failure }];
  });
}

const CORRECTED_ID = /^(.+)_edit_[0-9a-f]{8}$/;

/** The id under which an event with a corrected payload is sent: it names the old event. */
export function correctedId(eventId: string, text: string): string {
  return `${eventId}_edit_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

function correctionEntries(record: LedgerRecord): TimelineEntry[] {
  const { event_id: id, received_at_ms, corrected_by, corrected_at_ms = received_at_ms } = record;
  const [, old] = CORRECTED_ID.exec(id) ?? [];
  return [
    ...(old === undefined ? [] : [{ entry: 'corrects' as const, at_ms: received_at_ms, event_id: old }]),
    ...(corrected_by === undefined
      ? []
      : [{ entry: 'corrected' as const, at_ms: corrected_at_ms, event_id: corrected_by }]),
  ];
}

function endEntries(record: LedgerRecord): TimelineEntry[] {
  const expires: TimelineEntry = { entry: 'expires', at_ms: record.expires_at * 1000 };
  switch (record.status) {
    case 'COMPLETED':
      return [...moment('completed', record.completed_at_ms), expires];
    case 'IN_PROGRESS':
      return [...moment('lease-expires', record.lease_expires_at_ms), expires];
    case 'FAILED': {
      const { dead_letter_reason: reason, failed_at_ms: failedAtMs, updated_at_ms: updatedAtMs } = record;
      if (reason === undefined) return [...moment('next-attempt', record.not_before_ms), expires];
      return [{ entry: 'dead-lettered', at_ms: failedAtMs ?? updatedAtMs, reason }, expires];
    }
  }
}

function moment(entry: Moment, at_ms: number | undefined): TimelineEntry[] {
  return at_ms === undefined ? [] : [{ entry, at_ms }];
}
