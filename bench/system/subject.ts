import { type HelperProcess, startHelper } from '../processes/helper-process.ts';

/** What a process that runs (a part of) a system is asked. */
export type Question =
  | { readonly ask: 'start' }
  /** Resolves when this many events are completed since the last time it was asked. */
  | { readonly ask: 'completions'; readonly count: number; readonly withinMs: number }
  | { readonly ask: 'cpu' }
  /** What it can tell of all its events, for the check. */
  | { readonly ask: 'summary' };

export interface Started {
  readonly webhookUrl: string;
}

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

/** A system under load: one process or several, with its answers put together. */
export interface System {
  readonly name: string;
  readonly webhookUrl: string;
  completions(count: number): Promise<readonly Completion[]>;
  cpu(): Promise<CpuParts>;
  summary(): Promise<Summary>;
  stop(): Promise<void>;
}

/** Longer than a lease: on a busy machine a call may time out, and its event comes back after that. */
const COMPLETED_WITHIN_MS = 150_000;

export function startSubject(file: string, args: readonly string[], signal: AbortSignal): HelperProcess {
  return startHelper({ script: `${import.meta.dirname}/${file}`, args, signal });
}

export function askCompletions(helper: HelperProcess, count: number): Promise<readonly Completion[]> {
  return helper.ask({ ask: 'completions', count, withinMs: COMPLETED_WITHIN_MS } satisfies Question);
}

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
