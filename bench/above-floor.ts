import type { BenchRow } from './benchmark.ts';
import { above, quartiles } from './statistics.ts';

export interface AboveFloorOptions {
  readonly subject: string;
  readonly against: string;
  readonly ours: readonly number[];
  readonly rival: readonly number[];
  readonly floor: readonly number[];
  /** The most that ours may need above the floor, of what the rival needs above it. */
  readonly goal?: number;
}

/** What ours needs above the floor, compared with the rival; without a ratio where the rival is lost in noise. */
export function aboveFloorRow({ subject, against, ours, rival, floor, goal }: AboveFloorOptions): BenchRow {
  const own = quartiles(above(ours, floor));
  const other = quartiles(above(rival, floor));
  const row = { subject, against, unit: 'µs', ...own };
  // Where three quarters of the rounds do not put the rival above the floor, its distance is noise.
  if (other.q1 <= 0) {
    return {
      ...row,
      note: `not judged: the rival is ${Math.round(other.q1)} to ${Math.round(other.q3)} µs above`,
    };
  }
  return { ...row, ratio: own.median / other.median, ...(goal === undefined ? {} : { goal }) };
}
