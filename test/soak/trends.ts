import type { ProcessSample } from './process-samples.ts';

export const MEASURES = {
  rssBytes: { name: 'resident memory', isMemory: true },
  heapBytes: { name: 'heap and buffers', isMemory: true },
  sockets: { name: 'sockets', isMemory: false },
  handles: { name: 'active handles', isMemory: false },
  threads: { name: 'threads', isMemory: false },
  files: { name: 'file descriptors', isMemory: false },
} as const satisfies Partial<Record<keyof ProcessSample, unknown>>;
export type Measure = keyof typeof MEASURES;

/** How one measure went: at the start, and its median in each third of the load. */
export interface Trend {
  readonly measure: Measure;
  readonly start: number;
  readonly first: number;
  readonly middle: number;
  readonly last: number;
  /** Growth from the middle third to the last, as a share of the middle; for memory without what is kept by event. */
  readonly growth: number;
  readonly isFlat: boolean;
}

export interface Trends {
  readonly samples: number;
  /** With fewer samples than `MIN_SAMPLES`, nothing is judged. */
  readonly judged: boolean;
  readonly trends: readonly Trend[];
  /** What the engines (in memory) and the accounts hold of each event, in bytes: measured, and taken out. */
  readonly heldPerEventBytes: number;
  readonly isFlat: boolean;
}

/** Three for each third. */
const MIN_SAMPLES = 9;
/** Generous: the heap swings with the moment, the resident memory with the allocator. */
const MAX_GROWTH = 0.2;
/** Of a count the share says little when it is small. */
const COUNT_SLACK = 12;
/** A ledger record, the accounts of one event, and its share of the dead letters are far below that. */
const MAX_HELD_PER_EVENT_BYTES = 20_000;

/**
 * @param heldBytes - freed when the engines were stopped and the accounts dropped at the end
 * @param events - accepted until the end
 */
export function trendsOf(samples: readonly ProcessSample[], heldBytes: number, events: number): Trends {
  const heldPerEventBytes = Math.max(0, heldBytes / Math.max(1, events));
  const judged = samples.length >= MIN_SAMPLES;
  const third = samples.length / 3;
  const thirds = [0, 1, 2].map((index) =>
    samples.slice(Math.round(index * third), Math.round((index + 1) * third)),
  );
  const medianOf = (part: number, measure: keyof ProcessSample) =>
    median((thirds[part] ?? []).map((sample) => sample[measure]));
  const keptBytes = (medianOf(2, 'events') - medianOf(1, 'events')) * heldPerEventBytes;
  const trends = (Object.keys(MEASURES) as Measure[])
    .filter((measure) => samples.every((sample) => !Number.isNaN(sample[measure])))
    .map((measure): Trend => {
      const { isMemory } = MEASURES[measure];
      const [first = 0, middle = 0, last = 0] = [0, 1, 2].map((part) => medianOf(part, measure));
      const grown = last - middle - (isMemory ? keptBytes : 0);
      return {
        measure,
        start: samples[0]?.[measure] ?? 0,
        first,
        middle,
        last,
        growth: middle === 0 ? 0 : grown / middle,
        isFlat: grown <= Math.max(middle * MAX_GROWTH, isMemory ? 0 : COUNT_SLACK),
      };
    });
  return {
    samples: samples.length,
    judged,
    trends,
    heldPerEventBytes,
    isFlat:
      !judged || (heldPerEventBytes <= MAX_HELD_PER_EVENT_BYTES && trends.every(({ isFlat }) => isFlat)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
