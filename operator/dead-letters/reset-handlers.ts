import { randomUUID } from 'node:crypto';
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { FailureReason } from '../../lambdas/contract/failure.ts';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { failureBucket } from '../../lambdas/ledger/failure-bucket.ts';
import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { isRefusedWrite } from '../../lambdas/runtime/refused-write.ts';
import type { Target } from '../core/target.ts';

export interface Reset {
  /** The record that the plan was made from. */
  readonly record: LedgerRecord;
  readonly handlers: readonly string[];
  /** Why the letter is on the dead-letter queue; absent when SQS moved it without a reason. */
  readonly reason?: FailureReason;
  readonly nowMs: number;
}

/** Nobody has written since the plan was made, for this very body. */
const AS_PLANNED =
  'body_sha256 = :body_sha256 AND (updated_at_ms = :planned_at_ms OR (attribute_not_exists(updated_at_ms) AND completed_at_ms = :planned_at_ms))';

/**
 * Workers keep each other out by leases that allow for the few seconds between their clocks. This machine's may be
 * further off, and an attempt that still runs must not lose its record.
 */
const CLOCK_MARGIN_MS = 60_000;

/** No attempt has a right to write: it has ended, its backoff has passed, or its lease ran out a while ago. */
const FREE = [
  '#status = :completed',
  '(#status = :failed AND (attribute_not_exists(not_before_ms) OR not_before_ms <= :long_ago_ms))',
  '(#status = :in_progress AND lease_expires_at_ms <= :long_ago_ms)',
].join(' OR ');

const NO_LONGER = [
  'lease_expires_at_ms',
  'not_before_ms',
  'completed_at_ms',
  'attempts_spent',
  'unfinished_dead_letter',
];

/**
 * Makes handlers run again that are recorded for an event: leaves its record as dead-lettering leaves one, with a full
 * budget and without these handlers. One conditional write.
 *
 * @returns false when the condition refused it: an attempt holds the event, or it has moved on since the plan
 */
export async function resetHandlers(target: Target, reset: Reset): Promise<boolean> {
  const { record, handlers, nowMs } = reset;
  // A fresh token instead of the last attempt's: a write of that one, late on its way, would otherwise
  // record COMPLETED again, and the redriven event would be taken for a duplicate.
  const nobody = `operator-${randomUUID()}`;
  const set = [
    '#status = :failed',
    'attempts = :zero',
    '#owner = :nobody',
    'dead_letter_reason = :reason',
    'failure_bucket = :failure_bucket',
    'failed_at_ms = :failed_at_ms',
    'updated_at_ms = :now_ms',
    'expires_at = :expires_at',
  ];
  const remove = [...NO_LONGER, ...handlers.map((_, index) => `handlers.#h${index}`)];
  const command = new UpdateItemCommand({
    TableName: target.ledgerTableName,
    Key: { [LEDGER_KEY]: { S: record.event_id } },
    UpdateExpression: `SET ${set.join(', ')} REMOVE ${remove.join(', ')}`,
    ConditionExpression: `${AS_PLANNED} AND (${FREE})`,
    ExpressionAttributeNames: {
      '#status': 'status',
      '#owner': 'owner',
      ...Object.fromEntries(handlers.map((handler, index) => [`#h${index}`, handler])),
    },
    ExpressionAttributeValues: marshall({
      ':body_sha256': record.body_sha256,
      ':planned_at_ms': record.updated_at_ms,
      ':completed': EventStatus.COMPLETED,
      ':failed': EventStatus.FAILED,
      ':in_progress': EventStatus.IN_PROGRESS,
      ':now_ms': nowMs,
      ':long_ago_ms': nowMs - CLOCK_MARGIN_MS,
      ':zero': 0,
      ':nobody': nobody,
      ':reason': reset.reason ?? record.dead_letter_reason ?? FailureReason.RECEIVE_LIMIT,
      ':failure_bucket': failureBucket(record.event_id, 'DEAD'),
      ':failed_at_ms': failedAtMs(record),
      ':expires_at': expiresAtSeconds(record, nowMs),
    }),
  });
  // Not ended by Ctrl-C: the send follows, and one without the other would leave the operator guessing.
  return target.clients.dynamoDb.send(command).then(
    () => true,
    (error: unknown) => {
      if (isRefusedWrite(error)) return isOwnedBy(nobody, record.event_id, target);
      throw error;
    },
  );
}

/** A write whose answer was lost is repeated by the SDK, and refused by its own effect: the token tells. */
async function isOwnedBy(token: string, eventId: string, { clients, ledgerTableName }: Target) {
  const { Item } = await clients.dynamoDb.send(
    new GetItemCommand({
      TableName: ledgerTableName,
      Key: { [LEDGER_KEY]: { S: eventId } },
      ConsistentRead: true,
      ProjectionExpression: '#owner',
      ExpressionAttributeNames: { '#owner': 'owner' },
    }),
  );
  return Item?.['owner']?.S === token;
}

/**
 * By the workers' clock, not by this machine's: a claim is refused until its own clock has reached this. And not
 * before the last write, so that a claim of then, late on its way, stays refused.
 */
function failedAtMs({ status, failed_at_ms, updated_at_ms }: LedgerRecord): number {
  return status === EventStatus.FAILED ? (failed_at_ms ?? updated_at_ms) : updated_at_ms;
}

/** Each write sets the expiry to its own time and the retention: their difference is the retention. Never shortened. */
function expiresAtSeconds({ expires_at, updated_at_ms }: LedgerRecord, nowMs: number): number {
  const retentionSeconds = expires_at - Math.ceil(updated_at_ms / 1000);
  return Math.max(expires_at, Math.ceil(nowMs / 1000) + retentionSeconds);
}
