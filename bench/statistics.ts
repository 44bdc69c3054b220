export interface Quartiles {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  /** How many measurements it is of. */
  readonly runs: number;
}

/** @throws {RangeError} for an empty sample */
export function quartiles(sample: readonly number[]): Quartiles {
  const sorted = [...sample].sort((a, b) => a - b);
  return {
    q1: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q3: quantile(sorted, 0.75),
    runs: sorted.length,
  };
}

/** Between two values it is interpolated, as R's type 7 and NumPy do. */
export function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError('a sample without a value');
  return below + (above - below) * (position - Math.floor(position));
}

/** Of two subjects measured in turns: the middle of `sample` to `against`, round by round. */
export function medianRatio(sample: readonly number[], against: readonly number[]): number {
  return quartiles(pairwise(sample, against, (own, other) => own / other)).median;
}

/** What a subject needs above its floor, round by round. */
export function above(sample: readonly number[], floor: readonly number[]): readonly number[] {
  return pairwise(sample, floor, (own, least) => own - least);
}

function pairwise(
  sample: readonly number[],
  others: readonly number[],
  combine: (own: number, other: number) => number,
): number[] {
  if (sample.length !== others.length) throw new RangeError('two samples of different rounds');
  return sample.map((own, round) => combine(own, others[round] ?? Number.NaN));
}
