import { setTimeout as delay } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import type { EventSourceModel } from '../assembly/stack-model.ts';
import type { EventSourceState } from '../cloud-events.ts';
import type { LocalFunction } from '../runtime/local-function.ts';
import { Slots } from '../slots.ts';
import { collectBatch } from './collect-batch.ts';
import type { PollerOptions } from './poller-options.ts';
import { settleBatch } from './settle-batch.ts';
import { splitBySize } from './sqs-event.ts';

/** Without a limit AWS starts with five and scales up; a laptop keeps to five. */
const DEFAULT_CONCURRENCY = 5;
const MAX_EVENT_BYTES = 6 * 1024 * 1024 - 1024;

export interface Poller {
  readonly source: EventSourceModel;
  readonly target: LocalFunction;
  readonly state: EventSourceState;
  /** Starts polling; nothing happens unless it is Disabled. */
  enable(): void;
  /** Ends polling; Disabled when the batches under way are settled. Nothing happens unless it is Enabled. */
  disable(): void;
  /** Ends polling; resolves when the batches under way are settled, or when `graceMs` have passed. */
  stop(graceMs: number): Promise<void>;
}

/** Runs an SQS event source mapping by AWS's rules. */
export function startPoller(options: PollerOptions): Poller {
  const { source, target, observer } = options;
  const slots = new Slots(source.maximumConcurrency ?? DEFAULT_CONCURRENCY);
  const batches = new Set<Promise<void>>();
  let state: EventSourceState = source.enabled ? 'Enabled' : 'Disabled';
  let stopping = new AbortController();
  let polling: Promise<void> = Promise.resolve();

  function become(next: EventSourceState): void {
    state = next;
    observer({ type: 'event-source-changed', functionName: target.name, state });
  }

  async function poll(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      await slots.take();
      if (state === 'Enabling') become('Enabled');
      const records = await collectBatch(options, end);
      const [first, ...others] = splitBySize(records, MAX_EVENT_BYTES);
      if (first === undefined) slots.release();
      else run(first);
      for (const batch of others) {
        await slots.take();
        run(batch);
      }
    }
  }

  function run(records: readonly SQSRecord[]): void {
    const batch = settleBatch(options, records).finally(() => {
      batches.delete(batch);
      slots.release();
    });
    batches.add(batch);
  }

  /** What was received already is still run: otherwise it would stay hidden for its visibility timeout. */
  async function end(): Promise<void> {
    stopping.abort();
    await polling;
    await Promise.all(batches);
  }

  function start(): void {
    stopping = new AbortController();
    polling = poll(stopping.signal);
  }

  if (source.enabled) start();
  return {
    source,
    target,
    get state() {
      return state;
    },
    enable() {
      if (state !== 'Disabled') return;
      become('Enabling');
      start();
    },
    disable() {
      if (state !== 'Enabled') return;
      become('Disabling');
      void end().then(() => become('Disabled'));
    },
    async stop(graceMs) {
      await Promise.race([end(), delay(graceMs, undefined, { ref: false })]);
    },
  };
}
