import type { Quartiles } from './statistics.ts';

/** One comparison of `npm run bench`. It throws when its own results are wrong, such as an event not handled. */
export interface Benchmark {
  readonly name: string;
  readonly says: string;
  /** Left out unless `--only` names it: it takes too long. */
  readonly onlyByName?: true;
  run(context: BenchContext): Promise<BenchResult>;
}

export interface BenchContext {
  /** Fewer and smaller rounds: shows that it works, its figures mean little. */
  readonly quick: boolean;
  /** Another checkout, to compare with. */
  readonly baseline?: string;
  readonly signal: AbortSignal;
  /** Says what is being measured now. */
  readonly step: (text: string) => void;
}

/** What was measured of one subject. */
export interface BenchRow extends Quartiles {
  readonly subject: string;
  /** What `ratio` compares with. */
  readonly against?: string;
  readonly unit: string;
  readonly ratio?: number;
  /** The most that `ratio` may be, or `median` where there is no ratio. */
  readonly goal?: number;
  readonly note?: string;
}

/** Something counted: exact, and the same in each run. */
export interface BenchCount {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  readonly counts: readonly BenchCount[];
  readonly remarks: readonly string[];
  /** What it verified of its own results. */
  readonly checked: readonly string[];
}

/** Whether a row meets its goal; `undefined` when it has none. */
export function meetsGoal({ goal, ratio, median }: BenchRow): boolean | undefined {
  return goal === undefined ? undefined : (ratio ?? median) <= goal;
}
