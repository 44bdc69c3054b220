/** Time, injected: a test brings its own. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * What ends a wait that nobody needs any more. Made once: `abort()` without a reason makes an exception with its
 * stack each time (run: 5 % of the consumer's CPU time, with those that `node:timers/promises` rejects with).
 */
export const NO_LONGER_WAITED_FOR = new Error('it is no longer waited for');

export const systemClock: Clock = {
  nowMs: Date.now,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.max(0, ms));
      signal?.addEventListener('abort', end);
    }),
};
