import type { Clock } from '../../lambdas/consumer/clock.ts';

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  /** When set, a sleep without a signal moves the clock by itself: pauses between tries of a write. */
  autoAdvance = false;

  constructor(startMs = Date.UTC(2026, 10, 23)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const atMs = this.#nowMs + ms;
    if (signal === undefined && this.autoAdvance) this.advance(ms);
    if (signal?.aborted === true || atMs <= this.#nowMs) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { atMs, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.atMs <= this.#nowMs) {
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
  }
}
