import { createHash } from 'node:crypto';
import { FailureReason } from '../../lambdas/contract/failure.ts';
import { MAX_FAILURE_BYTES, MessageAttribute } from '../../lambdas/contract/message.ts';
import { isEventId } from '../../lambdas/contract/source.ts';
import { decodeBody } from '../../lambdas/runtime/message-body.ts';
import type { Content, QueuedMessage, Received, SimulatedQueue } from '../../testing/queue.ts';
import type { Invocation, InvocationEnd } from './instance.ts';
import type { Journal } from './journal.ts';
import { describeItem, stateOf, textOf } from './ledger-item.ts';
import type { EventLetters, EventMessage } from './letters.ts';
import { QUEUE_RETENTION_MS, type Settings } from './settings.ts';
import type { SentBy } from './sqs-port.ts';
import type { SimulatedTable } from './table.ts';

interface Key {
  readonly eventId: string;
  readonly bodySha256: string;
}

/** One message on the dead-letter queue. */
interface DeadLetter extends Key {
  readonly message: QueuedMessage;
  readonly reason: string | undefined;
  /** Copied by an attempt that did not own the event: the ledger cannot tell the same. */
  readonly unowned: boolean;
  /** Absent when SQS moved it. */
  readonly copy: SentBy | undefined;
  gone: 'redriven' | 'expired' | 'deleted' | undefined;
}

/** So long before the deadline a batch answers without the records that have no verdict. */
const ANSWERED_WITHOUT_IT_MS = 500;
const REASONS: ReadonlySet<string> = new Set(Object.values(FailureReason));
/** Reasons that name a message, not its event. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set([
  FailureReason.NO_EVENT_ID,
  FailureReason.PAYLOAD_MISMATCH,
]);
const keyText = ({ eventId, bodySha256 }: Key) => `${eventId} ${bodySha256}`;

export interface SettlementOptions {
  readonly journal: Journal;
  readonly settings: Settings;
  readonly nowMs: () => number;
  readonly table: SimulatedTable;
  readonly onQueued: (eventId: string, messageId: string, message: EventMessage) => void;
  readonly lettersOf: (eventId: string) => EventLetters;
  /** When the table last applied a claim of the event. */
  readonly lastClaimAtMs: (eventId: string) => number;
}

/** Keeps the accounts: what was accepted, what was dead-lettered, what was acknowledged. */
export class Settlement {
  readonly #options: SettlementOptions;
  readonly #accepted = new Map<string, Key>();
  readonly #deadLetters: DeadLetter[] = [];
  readonly #confirmed = new Set<string>();

  /** Batches whose acknowledgement SQS has seen, by message. */
  readonly #acknowledged = new Map<string, Set<Invocation>>();
  /** How the latest receive of each message ended. */
  readonly #lastEnds = new Map<
    string,
    'in flight' | 'copy tried' | 'out of time' | InvocationEnd<unknown>['end']
  >();

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  accepted(eventId: string, bodySha256: string): void {
    const { journal } = this.#options;
    const key = keyText({ eventId, bodySha256 });
    journal.count('accepted answers');
    if (!this.#accepted.has(key)) journal.count('events accepted');
    this.#accepted.set(key, { eventId, bodySha256 });
    journal.check(
      'accepted-after-the-queue-confirmed',
      eventId,
      this.#confirmed.has(key),
      () => 'no message was sent',
    );
  }

  /** A message arrived on the main queue. */
  onQueued(message: QueuedMessage, isRedrive = false): void {
    const key = keyOf(message.content);
    this.#confirmed.add(keyText(key));
    const { sentAtMs, content } = message;
    this.#options.onQueued(key.eventId, message.id, { sentAtMs, isRedrive, ...timesOf(content) });
    this.#options.journal.note(key.eventId, () => `${message.id} on the main queue`);
  }

  /** The consumer begins to copy: the record must be written by now. */
  onCopyStarted(messageId: string, content: Content, invocation: Invocation | undefined): void {
    const { journal, table } = this.#options;
    this.#lastEnds.set(messageId, 'copy tried');
    const { eventId, bodySha256 } = keyOf(content);
    const failure = failureOf(content);
    const { reason } = failure;
    journal.note(
      eventId,
      () => `copy to the dead-letter queue: ${content.attributes[MessageAttribute.FAILURE]}`,
    );
    const text = content.attributes[MessageAttribute.FAILURE] ?? '';
    const complete =
      reason !== undefined && REASONS.has(reason) && Buffer.byteLength(text) <= MAX_FAILURE_BYTES;
    journal.check('dead-letter-has-its-reason', eventId, complete, () => `failure attribute ${text}`);
    if (reason === undefined || OF_THE_MESSAGE.has(reason) || failure.unowned) return;
    this.#options.lettersOf(eventId).onCopy({ ...timesOf(content), invocation });
    const item = table.items.get(eventId);
    const owner = textOf(item, 'owner') ?? '';
    const same =
      stateOf(item) === 'FAILED (copy not confirmed)' &&
      textOf(item, 'dead_letter_reason') === reason &&
      textOf(item, 'body_sha256') === bodySha256 &&
      invocation !== undefined &&
      owner.includes(`/${invocation.id}/`);
    journal.check(
      'ledger-tells-the-same',
      eventId,
      same,
      () => `${reason}, but the ledger: ${describeItem(item)}`,
    );
  }

  /** A message arrived on the dead-letter queue; `copy` is absent when SQS moved it. */
  onDeadLettered(message: QueuedMessage, copy: SentBy | undefined): void {
    const { journal } = this.#options;
    const key = keyOf(message.content);
    const { reason, unowned } = failureOf(message.content);
    journal.count(`dead letters ${copy === undefined ? 'moved by SQS' : reason}`);
    journal.note(key.eventId, () => `${message.id} on the dead-letter queue`);
    this.#deadLetters.push({ ...key, message, reason, unowned, copy, gone: undefined });
  }

  /** SQS moved it because it was received too often. */
  onMoved(message: QueuedMessage, from: string): void {
    const { journal } = this.#options;
    const end = this.#lastEnds.get(from) ?? 'in flight';
    // A message that was acknowledged, and that SQS shows again, has its reason elsewhere.
    const wasSettled = this.#acknowledged.has(from);
    journal.check(
      'moved-only-after-a-crash',
      keyOf(message.content).eventId,
      wasSettled || end !== 'answered',
      () => `SQS moved ${from} without a reason, and its last receive: ${end}`,
    );
    this.onDeadLettered(message, undefined);
  }

  onReceived({ id }: QueuedMessage): void {
    this.#lastEnds.set(id, 'in flight');
  }

  onBatchEnd(
    batch: readonly Received[],
    invocation: Invocation,
    end: InvocationEnd<unknown>,
    acknowledged: readonly Received[],
  ): void {
    const { journal, table, nowMs } = this.#options;
    journal.count(`batches ${end.end}`);
    journal.check('batch-never-throws', '-', end.end !== 'threw', () =>
      end.end === 'threw' ? String(end.error) : '',
    );
    const blocked = invocation.instance.blockedUntilMs > invocation.startedAtMs;
    journal.check(
      'batch-answers-in-time',
      '-',
      end.end !== 'timed-out' || blocked,
      () => `invocation ${invocation.id}`,
    );
    for (const { message, receives } of batch) {
      if (receives > 1) journal.count('redeliveries');
      if (message.receives !== receives) continue;
      const outOfTime = nowMs() >= invocation.deadlineMs - ANSWERED_WITHOUT_IT_MS;
      const how = end.end === 'answered' && outOfTime ? 'out of time' : end.end;
      if (this.#lastEnds.get(message.id) === 'in flight') this.#lastEnds.set(message.id, how);
    }
    for (const { message } of acknowledged) {
      const key = keyOf(message.content);
      const item = table.items.get(key.eventId);
      const isDone = stateOf(item) === 'COMPLETED' && textOf(item, 'body_sha256') === key.bodySha256;
      const isCopied = this.#deadLetters.some((letter) => keyText(letter) === keyText(key));
      journal.note(key.eventId, () => `${message.id} acknowledged by invocation ${invocation.id}`);
      journal.check('acknowledged-when-settled', key.eventId, isDone || isCopied, () => describeItem(item));
      const invocations = this.#acknowledged.get(message.id) ?? new Set();
      this.#acknowledged.set(message.id, invocations.add(invocation));
    }
  }

  /** A message of the main queue reached the end of its retention. */
  onExpired(message: QueuedMessage, queue: SimulatedQueue): void {
    const { journal, settings } = this.#options;
    const { eventId } = keyOf(message.content);
    const endMs = message.sentAtMs + QUEUE_RETENTION_MS;
    // docs/promises.md, the first: a consumer stopped for that long. An hour is the margin that the consumer keeps.
    const stopped = settings.pauses.some(
      ({ fromMs, untilMs }) => fromMs < endMs && untilMs > endMs - 3_600_000,
    );
    // A younger message of the same event carries it on: checked for itself, and at the end for the event.
    const isCarried = [...queue.messages.values()].some(({ content }) => keyOf(content).eventId === eventId);
    const settled = this.#acknowledged.has(message.id) || isCarried;
    journal.check(
      'nothing-outlives-its-retention',
      eventId,
      settled || stopped,
      () => `${message.id} expired`,
    );
  }

  onDeadLetterExpired(message: QueuedMessage): void {
    this.#mark(message, 'expired');
  }

  onRedriven(message: QueuedMessage): void {
    this.#mark(message, 'redriven');
  }

  onLetterDeleted(message: QueuedMessage): void {
    this.#mark(message, 'deleted');
  }

  #mark(message: QueuedMessage, gone: 'redriven' | 'expired' | 'deleted'): void {
    const letter = this.#deadLetters.find((each) => each.message === message);
    if (letter !== undefined) letter.gone = gone;
  }

  /** Once nothing is left to happen. */
  checkAtTheEnd(mainQueue: SimulatedQueue): void {
    const { journal, table, settings } = this.#options;
    journal.check('queue-is-empty', '-', mainQueue.messages.size === 0, () =>
      [...mainQueue.messages.keys()].join(),
    );
    for (const key of this.#accepted.values()) {
      const item = table.items.get(key.eventId);
      const isDone = stateOf(item) === 'COMPLETED' && textOf(item, 'body_sha256') === key.bodySha256;
      const letters = this.#deadLetters.filter((each) => keyText(each) === keyText(key));
      const isDead = letters.some(({ gone }) => gone !== 'redriven');
      const expired =
        settings.pauses.length > 0 &&
        settings.pauses.some(({ fromMs, untilMs }) => untilMs - fromMs > 6.9 * 86_400_000);
      journal.check(
        'accepted-is-settled',
        key.eventId,
        isDone || isDead || expired,
        () => `${describeItem(item)}, ${letters.length} dead letters`,
      );
      journal.count(isDone ? 'events completed' : 'events dead-lettered');
    }
    for (const letter of this.#deadLetters) this.#checkDeadLetter(letter);
    for (const item of table.items.values()) journal.count(`final state ${stateOf(item)}`);
  }

  #checkDeadLetter(letter: DeadLetter): void {
    const { journal, table } = this.#options;
    const { eventId, reason, unowned, copy, message } = letter;
    if (letter.gone !== undefined || (reason !== undefined && OF_THE_MESSAGE.has(reason))) return;
    const item = table.items.get(eventId);
    const completed = stateOf(item) === 'COMPLETED' && textOf(item, 'body_sha256') === letter.bodySha256;
    if (!completed) return;
    // Windows that docs/promises.md admits: two copies, one of them redriven; the consumer crashed before it
    // acknowledged; the event was delivered again, by SQS, Svix or a redrive, when its copy was there already.
    const others = this.#deadLetters.filter(
      (other) => other !== letter && keyText(other) === keyText(letter),
    );
    const wasRedriven = others.some(({ gone }) => gone === 'redriven');
    const cameAgain = this.#options.lastClaimAtMs(eventId) > (copy?.startedAtMs ?? 0);
    const unacknowledged = copy?.invocation?.ended !== 'answered';
    journal.count(`dead letters of completed events${cameAgain ? ', delivered again' : ''}`);
    const admitted = unowned || wasRedriven || cameAgain || unacknowledged;
    journal.check('dead-letter-is-not-completed', eventId, admitted, () => `${message.id}: ${reason}`);
  }
}

function keyOf(content: Content): Key {
  const id = content.attributes[MessageAttribute.SVIX_ID] ?? '';
  const bytes = decodeBody(content.body, content.attributes[MessageAttribute.BODY_ENCODING]);
  return {
    eventId: isEventId(id) ? id : '-',
    bodySha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function timesOf({ attributes }: Content) {
  return {
    receivedAtMs: Number(attributes[MessageAttribute.RECEIVED_AT] ?? 0),
    signedAtSeconds: Number(attributes[MessageAttribute.SVIX_TIMESTAMP] ?? 0),
  };
}

function failureOf(content: Content): { readonly reason: string | undefined; readonly unowned: boolean } {
  const text = content.attributes[MessageAttribute.FAILURE];
  if (text === undefined) return { reason: undefined, unowned: true };
  const { reason, attempts } = JSON.parse(text) as { reason?: string; attempts?: number };
  const { RECEIVE_LIMIT, RETENTION } = FailureReason;
  return { reason, unowned: attempts === 0 && (reason === RECEIVE_LIMIT || reason === RETENTION) };
}
