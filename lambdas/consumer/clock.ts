import { setTimeout as delay } from 'node:timers/promises';

/** Time, injected: a test brings its own. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: Date.now,
  async sleep(ms, signal) {
    await delay(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch(() => {
      // Only an abort rejects here, and an abort ends the wait.
    });
  },
};
