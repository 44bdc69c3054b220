import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostedEvent, SendReport } from './send-event.ts';

/** At once in the air; a follow that comes to its turn finds most events ended. */
const CONCURRENCY = 16;

export interface SendManyOptions {
  readonly count: number;
  /** Posts per second; undefined: as fast as they are answered. */
  readonly rate?: number;
  readonly signal: AbortSignal;
  post(index: number, signal: AbortSignal): Promise<PostedEvent>;
  onPosted(): void;
  onEnded(report: SendReport): void;
}

/**
 * Posts at the rate asked for, whatever the following takes: that has places of its own. The first error stops
 * all and is thrown.
 */
export async function sendMany(options: SendManyOptions): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  // Every call under way listens to it; Node takes more than ten for a leak.
  setMaxListeners(0, signal);
  const posting = new Places(CONCURRENCY);
  const following = new Places(CONCURRENCY);
  const startedAtMs = performance.now();
  const work: Promise<void>[] = [];
  const one = async (index: number): Promise<void> => {
    const posted = await posting.take(() => {
      signal.throwIfAborted();
      return options.post(index, signal);
    });
    options.onPosted();
    const report = await following.take(() => posted.finish());
    options.onEnded(report);
  };
  for (let index = 0; index < options.count && !signal.aborted; index += 1) {
    await pause(options.rate === undefined ? 0 : startedAtMs + (index * 1000) / options.rate, signal);
    await posting.untilFree();
    work.push(one(index).catch((error: unknown) => stop.abort(error)));
  }
  await Promise.all(work);
  signal.throwIfAborted();
}

async function pause(untilMs: number, signal: AbortSignal): Promise<void> {
  const leftMs = untilMs - performance.now();
  // An abort ends the pause; who waits looks at the signal.
  if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => undefined);
}

/** So many pieces of work at a time, in the order of asking. */
class Places {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves when a place is free; it is not taken by that. */
  async untilFree(): Promise<void> {
    await this.take(async () => undefined);
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
