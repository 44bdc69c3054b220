import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { type EventStep, isDeadLettered, stepsBetween } from './event-steps.ts';
import { readLedgerRecord } from './ledger-reader.ts';
import type { Target } from './target.ts';
import { Pace, POLL_INTERVALS } from './wait.ts';

/** How far an accepted event was seen to come. */
export const FollowEnd = {
  COMPLETED: 'COMPLETED',
  DEAD_LETTERED: 'DEAD-LETTERED',
  /** It was COMPLETED before it was sent: nothing runs again. */
  DUPLICATE: 'DUPLICATE',
  /** Another body is recorded under its id: it is dead-lettered, and that record is untouched. */
  PAYLOAD_MISMATCH: 'PAYLOAD_MISMATCH',
  /** It failed, and its next attempt comes after the time allowed. */
  RETRYING: 'RETRYING',
  /** The time allowed has passed, and it is on the queue or in work. */
  PENDING: 'PENDING',
} as const;
export type FollowEnd = (typeof FollowEnd)[keyof typeof FollowEnd];

export interface FollowOptions {
  readonly eventId: string;
  /** Of the body that was sent, hexadecimal. */
  readonly bodySha256: string;
  /** The record as it was before the event was sent, when there was one. */
  readonly before?: LedgerRecord;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (step: EventStep, record: LedgerRecord) => void;
}

export interface Followed {
  readonly end: FollowEnd;
  readonly record?: LedgerRecord;
}

/** Follows an accepted event through the ledger alone: the dead-letter queue is not received from. */
export async function followEvent(target: Target, options: FollowOptions): Promise<Followed> {
  const deadlineMs = performance.now() + options.timeoutMs;
  const pace = new Pace(POLL_INTERVALS[target.kind], options.signal);
  let seen = options.before;
  for (;;) {
    const record = await readLedgerRecord(target, options.eventId, options.signal);
    if (record !== undefined) {
      const settled = settledBefore(record, options);
      if (settled !== undefined) return { end: settled, record };
      const steps = stepsBetween(seen, record);
      for (const step of steps) options.onStep(step, record);
      if (steps.length > 0) pace.reset();
      const end = endOf(record, options.before);
      if (end !== undefined) return { end, record };
    }
    seen = record;
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return { end: FollowEnd.PENDING, ...(record === undefined ? {} : { record }) };
    if (record !== undefined && nextAttemptInMs(record) > leftMs) return { end: FollowEnd.RETRYING, record };
    await pace.wait(leftMs);
  }
}

function settledBefore(record: LedgerRecord, { before, bodySha256 }: FollowOptions): FollowEnd | undefined {
  if (record.body_sha256 !== bodySha256) return FollowEnd.PAYLOAD_MISMATCH;
  return before?.status === EventStatus.COMPLETED ? FollowEnd.DUPLICATE : undefined;
}

function endOf(record: LedgerRecord, before: LedgerRecord | undefined): FollowEnd | undefined {
  if (record.status === EventStatus.COMPLETED) return FollowEnd.COMPLETED;
  const isOld = before?.updated_at_ms === record.updated_at_ms;
  return isDeadLettered(record) && !isOld ? FollowEnd.DEAD_LETTERED : undefined;
}

/** By this machine's clock: with `--stack` it may be off by a little, and only the end of the waiting hangs on it. */
function nextAttemptInMs(record: LedgerRecord): number {
  if (record.status !== EventStatus.FAILED || record.dead_letter_reason !== undefined) return 0;
  return (record.not_before_ms ?? 0) - Date.now();
}
