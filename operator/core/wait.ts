import { setTimeout as sleep } from 'node:timers/promises';

/** Grows from look to look, so that a quick end is seen at once and a slow one costs few reads. */
export interface PollInterval {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** On AWS each look costs a read and a round trip. */
export const POLL_INTERVALS: Readonly<Record<'local' | 'stack', PollInterval>> = {
  local: { firstMs: 10, longestMs: 250 },
  stack: { firstMs: 150, longestMs: 2_000 },
};

export class Pace {
  readonly #interval: PollInterval;
  readonly #signal: AbortSignal;
  #nextMs: number;

  constructor(interval: PollInterval, signal: AbortSignal) {
    this.#interval = interval;
    this.#signal = signal;
    this.#nextMs = interval.firstMs;
  }

  /** Something has changed: more may follow soon. */
  reset(): void {
    this.#nextMs = this.#interval.firstMs;
  }

  /** @throws {Error} named AbortError when the signal aborts */
  async wait(atMostMs: number): Promise<void> {
    await sleep(Math.max(1, Math.min(this.#nextMs, atMostMs)), undefined, { signal: this.#signal });
    this.#nextMs = Math.min(this.#interval.longestMs, this.#nextMs * 1.5);
  }
}
