import type { WriteResult } from '../ledger/ledger.ts';
import { EventStatus } from '../ledger/record.ts';
import type { Claimed } from './attempt-outcome.ts';
import type { ConsumerDependencies, Invocation, Verdict } from './dependencies.ts';
import { eventLogger } from './event-logger.ts';
import { defer } from './give-back.ts';
import type { IncomingMessage } from './incoming-message.ts';
import { persist } from './persist.ts';

/** Final writes are repeated until this long before the deadline; the rest is for the batch's answer. */
export const ANSWER_MARGIN_MS = 1_000;

/** One attempt at an event that this invocation has claimed. */
export interface Attempt {
  readonly message: IncomingMessage;
  readonly claimed: Claimed;
  readonly invocation: Invocation;
  readonly dependencies: ConsumerDependencies;
}

/** A final write, repeated while there is time. */
export function persistFinal(
  { invocation, dependencies }: Attempt,
  call: (nowMs: number) => Promise<WriteResult>,
): Promise<WriteResult> {
  return persist(call, { clock: dependencies.clock, untilMs: invocation.deadlineMs - ANSWER_MARGIN_MS });
}

/** Another attempt has claimed the event meanwhile: it writes, we do not. */
export async function whenOwnershipLost({ message, claimed, dependencies }: Attempt): Promise<Verdict> {
  const { ledger, clock, logger, metrics } = dependencies;
  const { eventId } = claimed.claim;
  const record = await ledger.read(eventId);
  eventLogger(logger, eventId, '-').warn('ownership lost', { status: record?.status ?? 'absent' });
  if (record?.status === EventStatus.COMPLETED) {
    metrics.duplicate();
    // Safe to acknowledge: the attempt that took over has recorded COMPLETED.
    return 'acknowledge';
  }
  metrics.deferred();
  const untilMs = record?.lease_expires_at_ms ?? record?.not_before_ms ?? clock.nowMs();
  const cause = 'ownership was lost on the last receive';
  return defer(message.record, untilMs - clock.nowMs(), cause, dependencies);
}
