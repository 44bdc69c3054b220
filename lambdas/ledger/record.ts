import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { FailureReason } from '../contract/failure.ts';

export const EventStatus = {
  IN_PROGRESS: 'IN_PROGRESS',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
} as const;
export type EventStatus = (typeof EventStatus)[keyof typeof EventStatus];

/** A handler that failed for good. Dead-lettering forgets it: a redrive runs the handler again. */
export interface PermanentFailure {
  readonly failed_at_ms: number;
  /** `attempts_total` of the attempt that recorded it. */
  readonly attempt: number;
  readonly error: string;
  readonly message: string;
  readonly code?: string;
}

/** Value of the `handlers` map: completed at (epoch ms), or the permanent failure. */
export type HandlerState = number | PermanentFailure;

/** One of the last ten failures of an event. */
export interface RecordedFailure {
  /** `attempts_total` of the attempt that failed. */
  readonly attempt: number;
  readonly at_ms: number;
  /** Absent when the event failed before a handler ran. */
  readonly handler?: string;
  readonly error: string;
  readonly message: string;
  readonly code?: string;
  readonly retryable: boolean;
  readonly stack?: string;
}

/**
 * One event in the ledger, as DynamoDB holds it. Times are epoch milliseconds but for `expires_at` (seconds). COMPLETED,
 * it has no `status_before`, `attempts_spent` and `updated_at_ms` (version 0.2 left them), and an `owner` only where no
 * handler was registered.
 */
export interface LedgerRecord {
  readonly event_id: string;
  readonly status: EventStatus;
  /** Random token of the latest claim. */
  readonly owner?: string;
  /** Status before the latest claim, to which a withdrawn claim goes back; FAILED for a new event. */
  readonly status_before?: EventStatus;
  readonly lease_expires_at_ms?: number;
  readonly not_before_ms?: number;
  /** Which attempt of the current budget this is, or was; 0 after dead-lettering. Of a COMPLETED one stored where not all. */
  readonly attempts: number;
  /** Attempts that count against the budget: those that ended with a record, and one that runs alone. */
  readonly attempts_spent?: number;
  readonly attempts_total: number;
  readonly handlers: Readonly<Record<string, HandlerState>>;
  readonly failures: readonly RecordedFailure[];
  /** Handler name → what it notes beside its completion; absent when none did. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Of a COMPLETED event for which nothing ran: the event that told the same before. */
  readonly same_content_as?: string;
  readonly body_sha256: string;
  readonly event_type: string;
  readonly customer_id?: string;
  readonly connection_id?: string;
  readonly provider_name?: string;
  readonly received_at_ms: number;
  readonly first_attempt_at_ms?: number;
  /** Of the last write: of a COMPLETED record `completed_at_ms`. */
  readonly updated_at_ms: number;
  readonly completed_at_ms?: number;
  /** Why the event was dead-lettered; removed by the next claim. */
  readonly dead_letter_reason?: FailureReason;
  /**
   * The same reason until the copy is confirmed, kept across claims: should the attempt that finishes a
   * dead-lettering die too, the next one still knows what was decided.
   */
  readonly unfinished_dead_letter?: FailureReason;
  /** The latest confirmed dead letter, as `Letter` tells: written by its release, kept across claims. */
  readonly lettered_at_ms?: number;
  readonly lettered_signed_at_seconds?: number;
  readonly lettered_received_at_ms?: number;
  /** The event that was sent with a corrected payload in place of this one, and when: written by an operator's tool. */
  readonly corrected_by?: string;
  readonly corrected_at_ms?: number;
  /** `RETRYING#n` or `DEAD#n`. */
  readonly failure_bucket?: string;
  readonly failed_at_ms?: number;
  readonly expires_at: number;
}

/** Reads an item of the ledger's table. Absent maps, lists and counters are empty. */
export function parseRecord(item: Record<string, AttributeValue>): LedgerRecord {
  const raw = unmarshall(item) as Partial<LedgerRecord> & Pick<LedgerRecord, 'event_id' | 'status'>;
  const { completed_at_ms, attempts_total = 0 } = raw;
  const told =
    completed_at_ms === undefined ? {} : { attempts: attempts_total, updated_at_ms: completed_at_ms };
  return { attempts: 0, attempts_total, handlers: {}, failures: [], ...told, ...raw } as LedgerRecord;
}

/** Whether the handler has failed for good and no dead letter has been confirmed since. */
export function failedForGood(state: HandlerState | undefined): state is PermanentFailure {
  return typeof state === 'object';
}

/** Whether the handler's completion is recorded. */
export function isCompleted(state: HandlerState | undefined): state is number {
  return typeof state === 'number';
}
