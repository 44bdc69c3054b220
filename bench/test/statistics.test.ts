import { describe, expect, test } from '@jest/globals';
import { aboveFloorRow } from '../above-floor.ts';
import { meetsGoal } from '../benchmark.ts';
import { figure } from '../report-text.ts';
import { medianRatio, quartiles } from '../statistics.ts';

describe('quartiles', () => {
  test('are interpolated as by R and NumPy', () => {
    expect(quartiles([4, 1, 3, 2])).toEqual({ q1: 1.75, median: 2.5, q3: 3.25, runs: 4 });
    expect(quartiles([7])).toEqual({ q1: 7, median: 7, q3: 7, runs: 1 });
  });

  test('need a value', () => {
    expect(() => quartiles([])).toThrow(RangeError);
  });
});

test('a ratio is taken round by round: what slows both down leaves it alone', () => {
  expect(medianRatio([20, 2_000, 60], [10, 1_000, 30])).toBe(2);
  expect(() => medianRatio([1, 2], [1])).toThrow(RangeError);
});

describe('above the floor', () => {
  const row = (rival: readonly number[]) =>
    aboveFloorRow({
      subject: 'ours',
      against: 'rival',
      ours: [12, 13, 14],
      floor: [10, 10, 10],
      rival,
      goal: 0.5,
    });

  test('what ours needs is compared with what the rival needs', () => {
    expect(row([16, 16, 17])).toMatchObject({ median: 3, ratio: 0.5, goal: 0.5 });
    expect(meetsGoal(row([16, 16, 17]))).toBe(true);
    expect(meetsGoal(row([14, 15, 16]))).toBe(false);
  });

  test('a rival that is lost in noise is no ratio, and no goal is met by it', () => {
    const lost = row([9, 10, 16]);
    expect(lost).not.toHaveProperty('ratio');
    expect(lost.note).toContain('not judged');
    expect(meetsGoal(lost)).toBeUndefined();
  });
});

test('figures show three digits that mean something', () => {
  expect([0.2123, 4.914, 38.24, 1_234.5, 2].map(figure)).toEqual(['0.212', '4.91', '38.2', '1,235', '2']);
});
