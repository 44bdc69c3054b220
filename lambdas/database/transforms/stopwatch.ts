import type { Metric } from '../../contract/metrics.ts';
import { RetryAfterError } from '../../router/errors.ts';
import type { Bounds } from '../database.ts';

export interface WorkOptions {
  /** Rows of one transaction. Default 5,000. */
  readonly batchRows?: number;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs?: () => number;
  /** Counts one. Default: a line of embedded metric format. */
  readonly count?: (metric: Metric) => void;
}

/** Progress is made: the next attempt need not wait for the growing delay of a failure. */
const GO_ON_AFTER_SECONDS = 1;

/** Ends work between two batches, when the next would not fit any more. */
export function createStopwatch({ deadline, signal }: Bounds, nowMs: () => number) {
  let lapStartedAtMs = nowMs();
  let longestLapMs = 0;
  return {
    /**
     * Called after each batch.
     *
     * @throws {RetryAfterError} when less is left than the longest batch took
     */
    lap(message: string): void {
      const atMs = nowMs();
      longestLapMs = Math.max(longestLapMs, atMs - lapStartedAtMs);
      lapStartedAtMs = atMs;
      if (signal.aborted || deadline.getTime() - atMs <= longestLapMs) {
        throw new RetryAfterError(GO_ON_AFTER_SECONDS, message);
      }
    },
  };
}
