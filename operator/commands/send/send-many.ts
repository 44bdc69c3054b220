import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Slots } from '../../../local/slots.ts';
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
  const posting = new Slots(CONCURRENCY);
  const following = new Slots(CONCURRENCY);
  const startedAtMs = performance.now();
  const work: Promise<void>[] = [];
  const one = async (index: number): Promise<void> => {
    const posted = await posting.during(() => {
      signal.throwIfAborted();
      return options.post(index, signal);
    });
    options.onPosted();
    const report = await following.during(() => posted.finish());
    options.onEnded(report);
  };
  for (let index = 0; index < options.count && !signal.aborted; index += 1) {
    await pause(options.rate === undefined ? 0 : startedAtMs + (index * 1000) / options.rate, signal);
    // Nothing is posted before its turn: an abort finds the rest unsent.
    await posting.during(async () => undefined);
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
