import { createHash } from 'node:crypto';
import { TIMESTAMP_TOLERANCE_SECONDS } from '../../lambdas/contract/http.ts';
import { eventIdFrom, sourceOf, withoutSource } from '../../lambdas/contract/source.ts';
import { toQueueMessage } from '../../lambdas/ingest/message.ts';
import { groupOf } from '../../lambdas/ingest/routing.ts';
import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { CommandError } from '../core/command-error.ts';
import { readLedgerRecord } from '../core/ledger-reader.ts';
import type { Target } from '../core/target.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { type PlannedEvent, planRedrive } from '../dead-letters/plan.ts';
import { readLetter } from '../dead-letters/read-letter.ts';
import {
  checkRerun,
  type EventOutcome,
  type RedriveOptions,
  redriveDeadLetters,
  stays,
} from '../dead-letters/redrive.ts';
import { resetHandlers } from '../dead-letters/reset-handlers.ts';
import { sendBack } from '../dead-letters/send-back.ts';
import { keptRequest } from './kept-requests.ts';

export interface ResendOptions
  extends Pick<RedriveOptions, 'dryRun' | 'rerun' | 'handlersOf' | 'nowMs' | 'signal'> {
  /** The event's exact body, from elsewhere. @default what a letter or the local run holds */
  readonly body?: Buffer | undefined;
}

/**
 * Puts an event on the main queue again, as a redrive does. Of a dead one its letter moves; else the payload is the
 * one given, or the one that a local run has kept, and has to be the very body that is recorded.
 *
 * @throws {CommandError} when there is no record, no such payload, or the event is on the queue anyway
 */
export async function resendEvent(
  target: Target,
  eventId: string,
  options: ResendOptions,
): Promise<EventOutcome> {
  const { rerun, handlersOf, signal, nowMs } = options;
  checkRerun(rerun, handlersOf);
  const record = await readLedgerRecord(target, eventId, signal);
  if (record === undefined) {
    throw new CommandError(`the ledger of ${target.name} has no ${eventId}: a typing error, or expired`);
  }
  if (record.status !== EventStatus.COMPLETED && record.dead_letter_reason === undefined) {
    throw new CommandError(`${eventId} is on the queue, and runs by itself: see events show`);
  }
  const moved = options.body === undefined ? await redriveLetter(target, record, options) : undefined;
  if (moved !== undefined) return moved;
  const letter = await asLetter(target, record, options);
  const plans = await planRedrive(target, [letter], { ...options, nowMs: nowMs() });
  const plan = plans[0] as PlannedEvent;
  if (stays(plan)) return { plan, outcome: 'skipped' };
  if (options.dryRun) return { plan, outcome: 'planned' };
  const { reset: handlers } = plan;
  if (handlers !== undefined && !(await resetHandlers(target, { record, handlers, nowMs: nowMs() }))) {
    return { plan, outcome: 'failed', error: 'not sent: an attempt holds it, or it has moved on; try again' };
  }
  const [failure] = await sendBack(target, [letter]);
  if (failure === undefined) return { plan, outcome: 'moved' };
  return { plan, outcome: 'failed', error: `not sent: ${failure.text}` };
}

/** Of a COMPLETED event a letter may be left, too. The local run keeps payloads: there the queue need not be searched. */
async function redriveLetter(
  target: Target,
  { event_id: id, status, body_sha256: sha256 }: LedgerRecord,
  options: ResendOptions,
): Promise<EventOutcome | undefined> {
  if (target.kind === 'local' && status === EventStatus.COMPLETED) return undefined;
  const outcomes: EventOutcome[] = [];
  await redriveDeadLetters(target, {
    ...options,
    selection: { id },
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return outcomes.find(({ plan }) => plan.letter.bodySha256 === sha256);
}

/** The payload as if it came from the dead-letter queue. */
async function asLetter(
  target: Target,
  record: LedgerRecord,
  { body: given, signal }: ResendOptions,
): Promise<DeadLetter> {
  const { event_id: eventId, event_type: eventType, customer_id: customer, received_at_ms: firstMs } = record;
  const body = given ?? (await keptRequest(target, eventId, signal))?.body;
  if (body === undefined) {
    const instead = target.kind === 'stack' ? 'press Resend in Svix' : 'it is no longer kept';
    throw new CommandError(
      `${target.name} holds no payload of ${eventId}: ${instead}, or give its body with --file`,
    );
  }
  if (createHash('sha256').update(body).digest('hex') !== record.body_sha256) {
    throw new CommandError(`that is not the body of ${eventId}: its SHA-256 is not ${record.body_sha256}`);
  }
  // Not later than the delivery whose letter there is, and signed not before it: so the ledger knows it as what was
  // put back, and a replay of any delivery still as a replay.
  const receivedAtMs = Math.min(firstMs, record.lettered_received_at_ms ?? firstMs);
  const timestamp = String(Math.floor(receivedAtMs / 1000) + TIMESTAMP_TOLERANCE_SECONDS);
  // Where the type is in another sender's body is not known here, but recorded.
  const name = sourceOf(eventId);
  const profile = name === undefined ? undefined : { name, type: { header: 'type' } };
  const event = { id: eventId, timestamp, body, receivedAtMs };
  const message = toQueueMessage(event, profile, { type: withoutSource(eventType) });
  const group = name && customer ? groupOf(eventIdFrom(name, customer)) : message?.MessageGroupId;
  return readLetter({
    MessageId: eventId,
    ReceiptHandle: '',
    Body: message?.MessageBody,
    MessageAttributes: message?.MessageAttributes,
    Attributes: { MessageGroupId: group ?? '' },
  }) as DeadLetter;
}
