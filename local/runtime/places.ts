import { availableParallelism } from 'node:os';
import { Slots } from '../slots.ts';

/** Functions that compute end sooner than this. */
const GROW_AFTER_MS = 500;
/** Of this thread's time: where it is busier than that, more environments would wait for it. */
const BUSY = 0.3;
const FEWEST = 2;

/**
 * Places for execution environments. AWS starts one for each concurrent request; here more than there are cores make
 * functions that compute slower, and the first events pay for their loading. So there are as many as cores, and one
 * more each time that all of them wait for something: nothing loads, this thread has little to do, and none has ended
 * for a while.
 */
export class Places extends Slots {
  readonly #most: number;
  #count: number;
  #loading = 0;
  #growth: NodeJS.Timeout | undefined;
  #load = performance.eventLoopUtilization();

  constructor(most: number) {
    const count = Math.min(most, Math.max(FEWEST, availableParallelism()));
    super(count);
    this.#most = most;
    this.#count = count;
  }

  override take(): Promise<void> {
    if (this.free === 0 && this.#growth === undefined) {
      this.#load = performance.eventLoopUtilization();
      this.#growth = setTimeout(() => this.#grow(), GROW_AFTER_MS);
    }
    return super.take();
  }

  override release(): void {
    super.release();
    if (this.waiting.length > 0) this.#growth?.refresh();
    else this.#stopGrowing();
  }

  async whileLoading<Result>(load: () => Promise<Result>): Promise<Result> {
    this.#loading += 1;
    try {
      return await load();
    } finally {
      this.#loading -= 1;
      this.#growth?.refresh();
    }
  }

  #grow(): void {
    const { utilization } = performance.eventLoopUtilization(this.#load);
    this.#load = performance.eventLoopUtilization();
    if (this.#loading === 0 && utilization < BUSY && this.#count < this.#most) {
      this.#count += 1;
      this.waiting.shift()?.();
    }
    if (this.waiting.length > 0 && this.#count < this.#most) this.#growth?.refresh();
    else this.#stopGrowing();
  }

  #stopGrowing(): void {
    clearTimeout(this.#growth);
    this.#growth = undefined;
  }
}
