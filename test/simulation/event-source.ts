import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Received, SimulatedQueue } from '../../testing/queue.ts';
import { toRecord } from '../../testing/sqs-record.ts';
import type { Faults } from './faults.ts';
import { FunctionInstance, type Invocation, type InvocationEnd } from './instance.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import { CONSUMER_TIMEOUT_MS, type Settings } from './settings.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface EventSourceOptions {
  readonly time: VirtualTime;
  readonly queue: SimulatedQueue;
  readonly faults: Faults;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly random: Random;
  readonly createConsumer: (
    instance: FunctionInstance,
  ) => (event: SQSEvent, invocation: Invocation) => Promise<SQSBatchResponse>;
  readonly onBatchEnd: (
    batch: readonly Received[],
    invocation: Invocation,
    end: InvocationEnd<SQSBatchResponse>,
    acknowledged: readonly Received[],
  ) => void;
  readonly runningHandlers: (invocation: Invocation) => readonly { readonly purpose: string }[];
  readonly onInvocation: (invocation: Invocation, batch: readonly Received[]) => void;
}

type Consumer = ReturnType<EventSourceOptions['createConsumer']>;

/** The event source mapping and the function's instances. */
export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #instances = new Map<FunctionInstance, Consumer>();
  #running = 0;
  #count = 0;
  #pollAtMs = Number.POSITIVE_INFINITY;

  constructor(options: EventSourceOptions) {
    this.#options = options;
  }

  /** To be called whenever something may have become visible. */
  poll(): void {
    const { time, queue, settings, random } = this.#options;
    const nowMs = Math.floor(time.nowMs);
    const pause = settings.pauses.find(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs);
    if (pause !== undefined) {
      this.#pollAgainAt(pause.untilMs);
      return;
    }
    while (this.#running < settings.maxConcurrency) {
      const batch = queue.receive(random.integer(1, settings.batchSize), nowMs);
      if (batch.length === 0) break;
      this.#invoke(batch);
    }
    const nextAtMs = queue.nextVisibleAtMs();
    if (nextAtMs !== undefined && this.#running < settings.maxConcurrency) this.#pollAgainAt(nextAtMs);
  }

  #pollAgainAt(atMs: number): void {
    const { time } = this.#options;
    const soonMs = Math.max(atMs, time.nowMs + 1);
    if (this.#pollAtMs <= soonMs && this.#pollAtMs > time.nowMs) return;
    this.#pollAtMs = soonMs;
    time.at(soonMs, () => this.poll());
  }

  #invoke(batch: readonly Received[]): void {
    const { faults, journal, onBatchEnd, onInvocation, random, runningHandlers } = this.#options;
    const [instance, consume] = this.#idleInstance();
    this.#running++;
    const event = { Records: batch.map(toRecord) };
    const invocation = instance.invoke(
      ++this.#count,
      CONSUMER_TIMEOUT_MS,
      (current) => consume(event, current),
      (end) => {
        this.#running--;
        if (end.end === 'crashed')
          journal.crashedDuring([...instance.waitsFor, ...runningHandlers(invocation)]);
        if (end.end === 'crashed' || end.end === 'timed-out' || faults.strikes('instance-recycled')) {
          instance.state = 'dead';
          this.#instances.delete(instance);
        }
        const returned = new Set(
          end.end === 'answered'
            ? end.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
            : [],
        );
        const acknowledged =
          end.end === 'answered' ? batch.filter(({ message }) => !returned.has(message.id)) : [];
        onBatchEnd(batch, invocation, end, acknowledged);
        this.#deleteSoon(acknowledged);
        this.poll();
      },
    );
    if (faults.strikes('crash')) {
      instance.wakesUntilCrash = faults.random('crash').integer(0, 4 + batch.length * random.integer(2, 8));
    }
    onInvocation(invocation, batch);
  }

  #deleteSoon(acknowledged: readonly Received[]): void {
    const { time, queue, faults } = this.#options;
    for (const { receipt } of acknowledged) {
      if (faults.strikes('delete-lost')) continue;
      time.after(5, () => {
        queue.delete(receipt, Math.floor(time.nowMs));
        this.poll();
      });
    }
    time.after(6, () => this.poll());
  }

  #idleInstance(): readonly [FunctionInstance, Consumer] {
    const { time, settings, random, createConsumer } = this.#options;
    for (const [instance, consume] of this.#instances) if (instance.isIdle) return [instance, consume];
    const skewMs = random.between(-settings.skewMs, settings.skewMs);
    const instance = new FunctionInstance(time, `consumer-${this.#count + 1}`, skewMs);
    const consume = createConsumer(instance);
    this.#instances.set(instance, consume);
    return [instance, consume];
  }
}
