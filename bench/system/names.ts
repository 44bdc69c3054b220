/** Names that the cost model and the charts look for in a run's JSON. */
export const END_TO_END = 'end-to-end';
export const GROWTH = 'growth';

/** Rows of `end-to-end` in milliseconds for each event. */
export const FUNCTION_CPU_ROWS = {
  ingest: 'CPU of the ingest function',
  consumer: 'CPU of the consumer function',
} as const;
