import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Claim, ClaimResult, EventFacts } from './ledger.ts';
import { isLettered } from './letter.ts';
import { EventStatus, type LedgerRecord, parseRecord } from './record.ts';

/** An applied claim: `before` is the item as it was (absent when the event is new). */
export function claimedResult(
  before: Record<string, AttributeValue> | undefined,
  event: EventFacts,
  claim: Claim,
  nowMs: number,
  status: EventStatus,
): ClaimResult {
  const previous = before === undefined ? undefined : parseRecord(before);
  const { not_before_ms: _, dead_letter_reason: __, ...kept } = previous ?? {};
  const counted = status === EventStatus.IN_PROGRESS ? 1 : 0;
  return heldBy(claim, {
    handlers: {},
    failures: [],
    received_at_ms: event.receivedAtMs,
    first_attempt_at_ms: nowMs,
    ...kept,
    event_id: event.eventId,
    event_type: event.eventType,
    body_sha256: event.bodySha256,
    status,
    owner: claim.owner,
    status_before: previous?.status ?? EventStatus.FAILED,
    lease_expires_at_ms: claim.leaseExpiresAtMs,
    attempts: (previous?.attempts_spent ?? 0) + counted,
    attempts_total: (previous?.attempts_total ?? 0) + counted,
    updated_at_ms: nowMs,
    expires_at: previous?.expires_at ?? 0,
  });
}

/** @param record - as our claim left it */
function heldBy(claim: Claim, record: LedgerRecord): ClaimResult {
  const { status_before: before, unfinished_dead_letter: unfinished } = record;
  return {
    outcome: 'claimed',
    claim,
    record,
    predecessorAbandoned: before === EventStatus.IN_PROGRESS,
    ...(unfinished === undefined ? {} : { unfinishedDeadLetter: unfinished }),
  };
}

/** A refused claim, explained by the item that refused it. */
export function refusedResult(
  record: LedgerRecord | undefined,
  event: EventFacts,
  claim: Claim,
  nowMs: number,
): ClaimResult {
  // Read after the refusal and gone or claimable by now: whoever refused us has just ended. Try again soon.
  if (record === undefined) return { outcome: 'busy', untilMs: nowMs };
  // Our own claim was applied and its answer lost: the SDK's retry was refused by its own effect.
  if (record.owner === claim.owner) return heldBy(claim, record);
  if (record.body_sha256 !== event.bodySha256) return { outcome: 'payload-mismatch' };
  if (record.status === EventStatus.COMPLETED) return { outcome: 'completed' };
  if (isLettered(record, event)) return { outcome: 'lettered' };
  const untilMs =
    record.status === EventStatus.IN_PROGRESS ? record.lease_expires_at_ms : record.not_before_ms;
  return { outcome: 'busy', untilMs: Math.max(untilMs ?? nowMs, nowMs) };
}
