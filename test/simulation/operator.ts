import { MessageAttribute } from '../../lambdas/contract/message.ts';
import type { QueuedMessage, SimulatedQueue } from '../../testing/queue.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { STAMP_SKEW_MS, START_MS } from './settings.ts';
import type { Settlement } from './settlement.ts';
import type { VirtualTime } from './virtual-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ROUNDS = 6;
/** No redrive is faster: two stamps of SQS's may differ by so much, and the later send must have the later one. */
const EAGER_MS = 2 * STAMP_SKEW_MS;

export interface OperatorOptions {
  readonly time: VirtualTime;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly deadLetterQueue: SimulatedQueue;
  readonly mainQueue: SimulatedQueue;
  readonly settlement: Settlement;
}

/** Somebody looks at the dead letters now and then and sends them back: some, or all with a move task. */
export function redriveDeadLetters(options: OperatorOptions): void {
  const { time, faults } = options;
  const random = faults.random('redrive');
  let atMs = START_MS;
  for (let round = 0; round < ROUNDS; round++) {
    atMs += random.pick([2_000, 20_000, 10 * MINUTE_MS, 3 * HOUR_MS, 30 * HOUR_MS]) * random.next();
    time.at(atMs, () => redriveOnce(options));
  }
}

function redriveOnce(options: OperatorOptions): void {
  const { time, faults, deadLetterQueue } = options;
  const isMoveTask = faults.random('redrive').chance(0.3);
  const seen = [...deadLetterQueue.messages.values()].filter(
    ({ visibleAtMs: arrivedAtMs }) => arrivedAtMs + EAGER_MS < time.nowMs,
  );
  for (const message of seen) {
    if (faults.strikes('letter-deleted')) deleteLetter(message, options);
    else if (faults.strikes('redrive')) redrive(message, isMoveTask, options);
  }
}

/** Somebody waits for this very letter, to send it back at once. */
export function handleNewLetter(message: QueuedMessage, options: OperatorOptions): void {
  const { time, faults, deadLetterQueue } = options;
  if (!faults.strikes('eager-redrive')) return;
  const random = faults.random('eager-redrive');
  time.after(EAGER_MS + random.pick([0, 1_000, 12_000]) * random.next(), () => {
    if (deadLetterQueue.messages.has(message.id)) redrive(message, random.chance(0.3), options);
  });
}

function redrive(message: QueuedMessage, isMoveTask: boolean, options: OperatorOptions): void {
  const { time, faults, journal, deadLetterQueue, mainQueue, settlement } = options;
  const { [MessageAttribute.FAILURE]: failure, ...rest } = message.content.attributes;
  const attributes = isMoveTask && failure !== undefined ? message.content.attributes : rest;
  journal.note(attributes[MessageAttribute.SVIX_ID] ?? '-', () => `${message.id} redriven`);
  settlement.onQueued(mainQueue.send({ ...message.content, attributes }, Math.floor(time.nowMs)), true);
  // Sent first, deleted after: interrupted between the two, it is there twice.
  if (faults.random('redrive').chance(0.05)) return;
  deadLetterQueue.messages.delete(message.id);
  settlement.onRedriven(message);
}

function deleteLetter(
  message: QueuedMessage,
  { journal, deadLetterQueue, settlement }: OperatorOptions,
): void {
  journal.note(message.content.attributes[MessageAttribute.SVIX_ID] ?? '-', () => `${message.id} deleted`);
  deadLetterQueue.messages.delete(message.id);
  settlement.onLetterDeleted(message);
}
