/** What a process that runs (a part of) a system is asked. */
export type Question =
  | { readonly ask: 'start' }
  /** Resolves when this many events are completed since the last time it was asked. */
  | { readonly ask: 'completions'; readonly count: number; readonly withinMs: number }
  | { readonly ask: 'cpu' }
  /** What it can tell of all its events, for the check. */
  | { readonly ask: 'summary' };

/** A completed event: its id and when, in epoch milliseconds with fractions. */
export type Completion = readonly [eventId: string, atMs: number];

/** Processor time so far in milliseconds, by what it was spent on. */
export type CpuParts = Readonly<Record<string, number>>;

export interface Summary {
  /** Events that were completed: ids, for a queue may give a message twice. */
  readonly completed: number;
  /** How often the job was done, whatever was acknowledged. */
  readonly done: number;
}

/** A time that processes of one machine share; `Date.now()` alone is too coarse. */
export const preciseNowMs = () => performance.timeOrigin + performance.now();

/** In the subject: collects completions until enough have come. An event that is acknowledged again is not new. */
export class CompletionLog {
  readonly ids = new Set<string>();
  #fresh: Completion[] = [];
  #wake: (() => void) | undefined;

  add(eventId: string): void {
    if (this.ids.has(eventId)) return;
    this.ids.add(eventId);
    this.#fresh.push([eventId, preciseNowMs()]);
    this.#wake?.();
  }

  /** @throws {Error} when fewer have come within the time */
  async take(count: number, withinMs: number): Promise<readonly Completion[]> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.#fresh.length} of ${count} events were completed in ${withinMs} ms`)),
        withinMs,
      );
      this.#wake = () => {
        if (this.#fresh.length < count) return;
        clearTimeout(timer);
        resolve();
      };
      this.#wake();
    });
    this.#wake = undefined;
    const taken = this.#fresh;
    this.#fresh = [];
    return taken;
  }
}
