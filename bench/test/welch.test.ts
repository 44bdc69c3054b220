import { describe, expect, test } from '@jest/globals';
import { percentile, welch } from '../timing/welch.ts';

describe('Welch’s t-test', () => {
  test('of a published example', () => {
    // https://en.wikipedia.org/wiki/Welch%27s_t-test, example 1
    const first = Float64Array.of(
      27.5,
      21,
      19,
      23.6,
      17,
      17.9,
      16.9,
      20.1,
      21.9,
      22.6,
      23.1,
      19.6,
      19,
      21.7,
      21.4,
    );
    const second = Float64Array.of(
      27.1,
      22,
      20.8,
      23.4,
      23.4,
      23.5,
      25.8,
      22,
      24.8,
      20.2,
      21.9,
      22.1,
      22.9,
      30.5,
      31.1,
    );
    const { difference, t } = welch(second, first);
    expect(difference).toBeCloseTo(-3.28, 1);
    expect(t).toBeCloseTo(-2.96, 1);
  });

  test('of sets without variance', () => {
    expect(welch(Float64Array.of(1, 1), Float64Array.of(1, 1)).t).toBe(0);
    expect(welch(Float64Array.of(1, 1), Float64Array.of(2, 2)).t).toBe(Infinity);
  });

  test('needs two samples', () => {
    expect(() => welch(Float64Array.of(1), Float64Array.of(1, 2))).toThrow('two samples');
  });
});

test('a percentile is a sample that is there', () => {
  const samples = Float64Array.of(9, 1, 5, 3, 7);
  expect([0, 0.5, 0.9, 1].map((share) => percentile(samples, share))).toEqual([1, 5, 9, 9]);
});
