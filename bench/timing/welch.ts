/** Two sets of measurements, compared by Welch's t-test: unequal variances are no hindrance. */
export interface Comparison {
  /** Mean of the second less mean of the first, in the unit of the samples. */
  readonly difference: number;
  /** How many standard errors that is. */
  readonly t: number;
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly count: number;
}

/**
 * @throws {RangeError} when a set has fewer than two samples
 */
export function welch(first: Float64Array, second: Float64Array): Comparison {
  const [a, b] = [moments(first), moments(second)];
  const difference = b.mean - a.mean;
  const standardError = Math.sqrt(a.variance / a.count + b.variance / b.count);
  if (standardError === 0) return { difference, t: difference === 0 ? 0 : Math.sign(difference) * Infinity };
  return { difference, t: difference / standardError };
}

function moments(samples: Float64Array): Moments {
  const count = samples.length;
  if (count < 2) throw new RangeError('a set needs two samples');
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / count;
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  return { mean, variance: squares / (count - 1), count };
}

/** The value that this share of the samples stays below; `share` from 0 to 1. */
export function percentile(samples: Float64Array, share: number): number {
  const sorted = samples.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
