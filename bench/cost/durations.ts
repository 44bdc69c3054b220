/**
 * How long the functions work. The processor time is measured (`npm run bench -- --only end-to-end`, its rows
 * "ingest function" and "consumer function"); the waits for AWS cannot be measured here and are assumed.
 */
export interface Durations {
  /** Processor time on one whole core, milliseconds for each webhook. */
  readonly ingestCpuMs: number;
  /** Processor time on one whole core, milliseconds for each event. */
  readonly consumerCpuMs: number;
  /** Where the two come from, for the table. */
  readonly from: string;
}

/** Of a run on the date given, of instances that had handled 3,000 events; `--measured FILE` takes those of another run. */
export const DEFAULT_DURATIONS: Durations = {
  ingestCpuMs: 1.11,
  consumerCpuMs: 1.32,
  from: 'npm run bench -- --only end-to-end, 2026-11-28, 2 quiet cores, Node.js 20',
};

/** Assumed, in the middle of what is usual within a region. The functions are billed while they wait. */
export const ASSUMED = {
  /** One SendMessage, in milliseconds. */
  sendMessageMs: 15,
  /** One UpdateItem, in milliseconds. The events of a batch wait together. */
  updateItemMs: 6,
  /** New instances for each million invocations; steady traffic keeps them for hours. */
  coldStartsPerMillion: 1_000,
  /** What a start is billed, in milliseconds: loading the bundle, and the first connection. */
  coldStartMs: 700,
  /** At this memory. */
  coldStartMemoryMb: 512,
} as const;

/** Lambda gives one whole core at this memory, and a share of it below: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const CORE_MEMORY_MB = 1_769;

/** A start is processor time for the most part, and Lambda gives a share of a core with the memory. */
export function startMs(memoryMb: number): number {
  return (ASSUMED.coldStartMs * ASSUMED.coldStartMemoryMb) / memoryMb;
}
