import type { Clock } from '../../lambdas/consumer/clock.ts';

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  /** When set, a sleep moves the clock by itself: pauses between tries of a write. */
  autoAdvance = false;

  constructor(startMs = Date.UTC(2026, 10, 23)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, callback };
    if (ms <= 0) callback();
    else this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  sleep(ms: number): Promise<void> {
    if (this.autoAdvance) {
      this.advance(ms);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) {
      if (timer.atMs <= this.#nowMs) {
        this.#timers.delete(timer);
        timer.callback();
      }
    }
  }
}
