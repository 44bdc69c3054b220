import type { HelperProcess } from '../processes/helper-process.ts';
import type { GrowthQuestion, GrowthSummary, Handled, Window } from './growth-events.ts';

export const WINDOW_EVENTS = 500;
/** Events that V8 compiles the code with; their ledgers are thrown away. */
export const WARM_UP_EVENTS = 20_000;
/** More than one, or the code would be compiled for the first ledger's objects alone. */
const WARM_UP_LEDGERS = 4;
/** Handled between two questions, so that progress is told. */
const STRETCH_EVENTS = 10_000;
/** The first size that is looked at; the next are ten times the one before. */
export const BASE_EVENTS = 1_000;
/** Measured around the first size, and before the others: enough for a median. */
const MEASURED_AT_BASE = 2_000;
const MEASURED_EVENTS = 10_000;
const REDELIVERED = 5_000;

export interface GrowthPlan {
  readonly events: number;
  /** Then the ledger is filled to so many records, and measured once more. */
  readonly fillTo?: number;
}

/** What a process measured at one size. */
export interface Point {
  /** Events handled before, or records that the ledger held. */
  readonly size: number;
  readonly of: 'events' | 'records';
  readonly windows: readonly Window[];
  readonly duplicates: readonly Window[];
  readonly heapBytes: number;
}

/**
 * Runs one process through its plan.
 *
 * @throws {Error} when an event was not completed once, or a duplicate was not known as one
 */
export async function runGrowth(
  helper: HelperProcess,
  { events, fillTo }: GrowthPlan,
  points: Point[],
  say: (text: string) => void,
): Promise<GrowthSummary> {
  const ask = <Answer>(question: GrowthQuestion) => helper.ask<Answer>(question);
  const handle = (numbers: readonly number[]) =>
    ask<Handled>({ ask: 'handle', events: numbers, windowEvents: WINDOW_EVENTS });
  let done = 0;
  let filled = 0;
  let redelivered = 0;
  const handleUpTo = async (to: number): Promise<readonly Window[]> => {
    const windows: Window[] = [];
    while (done < to) {
      const next = Math.min(to, done + STRETCH_EVENTS);
      say(`${done.toLocaleString('en-US')} of ${events.toLocaleString('en-US')} events`);
      windows.push(...(await handle(range(filled + done, filled + next))).windows);
      done = next;
    }
    return windows;
  };
  const look = async (size: number, of: Point['of'], windows: readonly Window[]) => {
    const { windows: duplicates, heapBytes } = await handle(spread(REDELIVERED, filled + done));
    redelivered += REDELIVERED;
    points.push({ size, of, windows, duplicates, heapBytes });
  };

  say('warming up');
  for (let ledger = 0; ledger < WARM_UP_LEDGERS; ledger += 1) {
    await ask({ ask: 'new-ledger', capacity: WARM_UP_EVENTS });
    await handle(range(0, WARM_UP_EVENTS / WARM_UP_LEDGERS));
  }
  await ask({ ask: 'new-ledger', capacity: Math.max(events, fillTo ?? 0) + MEASURED_EVENTS });
  await look(BASE_EVENTS, 'events', await handleUpTo(MEASURED_AT_BASE));
  for (let size = BASE_EVENTS * 10; size <= events; size *= 10) {
    await handleUpTo(Math.max(done, size - MEASURED_EVENTS));
    await look(size, 'events', await handleUpTo(size));
  }
  if (fillTo !== undefined) {
    say(`filling the ledger to ${fillTo.toLocaleString('en-US')} records`);
    filled = fillTo - done;
    await ask({ ask: 'fill', from: done, to: fillTo });
    await look(fillTo, 'records', await handleUpTo(done + MEASURED_EVENTS));
  }
  const summary = await ask<Omit<GrowthSummary, 'filled'>>({ ask: 'summary' });
  const { processed, records, open, duplicates } = summary;
  if (processed !== done || records !== filled + done || open !== 0 || duplicates !== redelivered) {
    throw new Error(`of ${done} events and ${redelivered} duplicates: ${JSON.stringify(summary)}`);
  }
  return { ...summary, filled };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** `count` numbers from all over the range below `end`, each once if there are enough. */
function spread(count: number, end: number): number[] {
  // Seven times a prime: no divisor of a power of ten, and not the neighbour of the one before.
  return Array.from({ length: count }, (_, index) => (index * 7_919) % end);
}
