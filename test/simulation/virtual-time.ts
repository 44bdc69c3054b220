import type { Random } from './random.ts';

/** The real one, taken before any run puts virtual timers in its place. */
const realSetImmediate = setImmediate;

/** A function instance (sandbox): runs, stands still between two invocations, or is gone. */
export interface Host {
  readonly name: string;
  /** Its clock runs ahead of true time by this much. */
  readonly skewMs: number;
  state: 'running' | 'frozen' | 'dead';
  /** What came while it was frozen; delivered when it is thawed. */
  readonly held: (() => void)[];
  /** Its event loop is blocked until then. */
  blockedUntilMs: number;
  /** Counts down with every wake-up; at zero it dies instead of waking. */
  wakesUntilCrash: number | undefined;
  onCrash: (() => void) | undefined;
  /** Calls whose answers it waits for. */
  readonly waitsFor: Set<{ readonly purpose: string }>;
}

interface Entry {
  readonly atMs: number;
  readonly tie: number;
  readonly order: number;
  readonly run: () => void;
  readonly host: Host | undefined;
  cancelled: boolean;
}

const isBefore = (a: Entry, b: Entry) =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : a.tie !== b.tie ? a.tie < b.tie : a.order < b.order;

/**
 * Virtual time: a queue of what is to happen. What belongs to a host wakes production code, which then runs
 * until it waits for the next thing; nothing else happens meanwhile.
 */
export class VirtualTime {
  nowMs: number;
  steps = 0;
  /** The host whose code runs. */
  current: Host | undefined;
  readonly #random: Random;
  readonly #heap: Entry[] = [];
  #order = 0;

  constructor(startMs: number, random: Random) {
    this.nowMs = startMs;
    this.#random = random;
  }

  /** @returns cancels it */
  at(atMs: number, run: () => void, host?: Host): () => void {
    const entry: Entry = {
      atMs: Math.max(atMs, this.nowMs),
      tie: this.#random.next(),
      order: this.#order++,
      run,
      host,
      cancelled: false,
    };
    this.#push(entry);
    return () => {
      entry.cancelled = true;
    };
  }

  after(ms: number, run: () => void, host?: Host): () => void {
    return this.at(this.nowMs + Math.max(0, ms), run, host);
  }

  /** Runs until nothing is left to happen. @returns whether that came within `maximumSteps` */
  async drain(maximumSteps: number): Promise<boolean> {
    for (let entry = this.#pop(); entry !== undefined; entry = this.#pop()) {
      if (entry.cancelled) continue;
      if (this.steps++ > maximumSteps) return false;
      this.nowMs = Math.max(this.nowMs, entry.atMs);
      if (entry.host === undefined) {
        entry.run();
      } else if (this.#mayWake(entry, entry.host)) {
        this.current = entry.host;
        entry.run();
        // Production code waits on promises alone: all of it has run when the next macrotask comes.
        await new Promise((resolve) => realSetImmediate(resolve));
        this.current = undefined;
      }
    }
    return true;
  }

  #mayWake(entry: Entry, host: Host): boolean {
    if (host.state === 'dead') return false;
    if (host.state === 'frozen') {
      host.held.push(entry.run);
      return false;
    }
    if (host.blockedUntilMs > this.nowMs) {
      this.at(host.blockedUntilMs, entry.run, host);
      return false;
    }
    if (host.wakesUntilCrash !== undefined && host.wakesUntilCrash-- <= 0) {
      host.wakesUntilCrash = undefined;
      host.state = 'dead';
      host.onCrash?.();
      return false;
    }
    return true;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
    return first;
  }
}
