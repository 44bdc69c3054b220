interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Time that stands still until it is moved, from one timer to the next. */
export class VirtualClock {
  /** Epoch milliseconds. */
  nowMs: number;
  /** The earliest first. */
  readonly #timers: Timer[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** @returns takes it back */
  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + Math.max(0, ms), run };
    const later = this.#timers.findIndex(({ atMs }) => atMs > timer.atMs);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index !== -1) this.#timers.splice(index, 1);
    };
  }

  /** Moves on to the next timer and runs it. @returns false when there is none until then */
  step(untilMs: number): boolean {
    const [next] = this.#timers;
    if (next === undefined || next.atMs > untilMs) return false;
    this.#timers.shift();
    this.nowMs = Math.max(this.nowMs, next.atMs);
    next.run();
    return true;
  }
}
