import { MessageAttribute } from '../../lambdas/contract/message.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { SimulatedQueue } from './queue.ts';
import { START_MS } from './settings.ts';
import type { Settlement } from './settlement.ts';
import type { VirtualTime } from './virtual-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ROUNDS = 6;

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

function redriveOnce({
  time,
  faults,
  journal,
  deadLetterQueue,
  mainQueue,
  settlement,
}: OperatorOptions): void {
  const random = faults.random('redrive');
  const isMoveTask = random.chance(0.3);
  for (const message of [...deadLetterQueue.messages.values()]) {
    if (!faults.strikes('redrive')) continue;
    const { [MessageAttribute.FAILURE]: failure, ...rest } = message.content.attributes;
    const attributes = isMoveTask && failure !== undefined ? message.content.attributes : rest;
    journal.note(attributes[MessageAttribute.SVIX_ID] ?? '-', () => `${message.id} redriven`);
    settlement.onQueued(mainQueue.send({ ...message.content, attributes }, Math.floor(time.nowMs)));
    // Sent first, deleted after: interrupted between the two, it is there twice.
    if (random.chance(0.05)) continue;
    deadLetterQueue.messages.delete(message.id);
    settlement.onRedriven(message);
  }
}
