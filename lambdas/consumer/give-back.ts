import type { SQSRecord } from 'aws-lambda';
import { FailureReason } from '../contract/failure.ts';
import { RETENTION_MARGIN_SECONDS } from '../contract/timing.ts';
import { errorText } from '../runtime/error-text.ts';
import { clampDelayMs } from './backoff.ts';
import type { ConsumerDependencies, Verdict } from './dependencies.ts';
import { encodeFailure } from './failure-attribute.ts';
import { receiveCount, sentAtMs } from './incoming-message.ts';

type Edges = Pick<ConsumerDependencies, 'queue' | 'policy' | 'clock' | 'metrics' | 'logger'>;

/** The message would expire before the delay has passed, or soon after. */
export function outlivesMessage(record: SQSRecord, delayMs: number, { policy, clock }: Edges): boolean {
  const lastRetryAtMs = sentAtMs(record) + policy.queueRetentionMs - RETENTION_MARGIN_SECONDS * 1000;
  return clock.nowMs() + delayMs > lastRetryAtMs;
}

/** One more receive, and SQS would move the message by itself, which can give no reason. */
export function isLastReceive(record: SQSRecord, { policy }: Edges): boolean {
  return receiveCount(record) >= policy.maxReceiveCount;
}

/** Copies a message whose event this attempt does not own. */
export async function copyUnowned(
  record: SQSRecord,
  reason: FailureReason,
  message: string,
  edges: Edges,
): Promise<Verdict> {
  const failedAtMs = edges.clock.nowMs();
  await edges.queue.copyToDeadLetters(
    record,
    encodeFailure({ reason, message, handlers: [], attempts: 0, failedAtMs }),
  );
  edges.metrics.deadLettered(reason);
  // Safe to acknowledge: SQS has confirmed the copy.
  return 'acknowledge';
}

/**
 * Leaves the message on the queue, hidden for `delayMs`. Where it would expire before that, or on its last
 * receive, it is copied to the dead-letter queue instead.
 *
 * @param cause - for people: why the message goes back
 */
export async function giveBack(
  record: SQSRecord,
  delayMs: number,
  cause: string,
  edges: Edges,
): Promise<Verdict> {
  return outlivesMessage(record, delayMs, edges)
    ? copyUnowned(record, FailureReason.RETENTION, cause, edges)
    : defer(record, delayMs, cause, edges);
}

/**
 * Leaves the message to another attempt at its event, hidden for `delayMs`. Should it expire meanwhile, nothing is
 * lost: that attempt was made for this message, which looked at the retention itself, or for a younger one.
 */
export async function defer(
  record: SQSRecord,
  delayMs: number,
  cause: string,
  edges: Edges,
): Promise<Verdict> {
  if (isLastReceive(record, edges)) {
    return copyUnowned(record, FailureReason.RECEIVE_LIMIT, cause, edges);
  }
  await hide(record, delayMs, edges);
  return 'return';
}

/** Hides the message for `delayMs`. When that fails the queue's own visibility timeout applies: later or earlier
 * than wanted, but never lost, and the ledger refuses what comes too early. */
export async function hide(record: SQSRecord, delayMs: number, { queue, logger }: Edges): Promise<void> {
  try {
    await queue.hide(record.receiptHandle, Math.ceil(clampDelayMs(delayMs) / 1000));
  } catch (error) {
    logger.warn('visibility not changed', { message_id: record.messageId, cause: errorText(error) });
  }
}
