import { newMessage } from '../../local/engines/sqs/message.ts';
import type { Queue } from '../../local/engines/sqs/queue.ts';
import { Queues } from '../../local/engines/sqs/queues.ts';
import type { BenchContext, Benchmark, BenchResult } from '../benchmark.ts';
import { medianRatio, quartiles } from '../statistics.ts';

const FEW = 5_000;
const MANY = 200_000;
const ROUNDS = 5;
const POLL = { max: 10, waitMs: 0, hideMs: 30_000 };

/** One that stepped over all that were taken would need five times as long for each of many, one that searched forty. */
export const localQueue: Benchmark = {
  name: 'local-queue',
  says: 'the local queue with few and with many messages: receiving and deleting one',
  run: measure,
};

async function measure({ quick, signal, step }: BenchContext): Promise<BenchResult> {
  const few: number[] = [];
  const many: number[] = [];
  await drain(FEW, signal);
  for (let round = 1; round <= (quick ? 1 : ROUNDS); round += 1) {
    step(`round ${round} of ${ROUNDS}`);
    few.push(await drain(FEW, signal));
    many.push(await drain(MANY, signal));
  }
  const row = (subject: string, sample: readonly number[]) => ({
    subject,
    unit: 'µs/message',
    ...quartiles(sample),
  });
  const [one, other] = [`${FEW} messages`, `${MANY} messages`];
  return {
    rows: [row(one, few), { ...row(other, many), ratio: medianRatio(many, few), against: one, goal: 3 }],
    counts: [],
    remarks: [],
    checked: ['every message was received once'],
  };
}

/** Microseconds for each message. */
async function drain(count: number, signal: AbortSignal): Promise<number> {
  const queue: Queue = new Queues().create('main', {});
  const message = newMessage({ body: 'x', attributes: {}, groupId: undefined });
  for (let index = 0; index < count; index += 1) queue.add({ ...message, id: String(index) });
  const startedMs = performance.now();
  for (let left = count; left > 0; left -= POLL.max) {
    const received = await queue.receive(POLL, signal);
    signal.throwIfAborted();
    if (received.length !== POLL.max)
      throw new Error(`${received.length} messages received, not ${POLL.max}`);
    for (const each of received) queue.delete(queue.handleOf(each));
  }
  return ((performance.now() - startedMs) * 1_000) / count;
}
