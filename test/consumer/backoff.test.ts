import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, clampDelayMs, retryDelayMs } from '../../lambdas/consumer/backoff.ts';

const POLICY = { backoffBaseMs: 10_000, backoffCapMs: 900_000 };

describe('backoff', () => {
  test('doubles from the base to the cap; half is fixed, half is random', () => {
    const fixed = [1, 2, 3, 4, 5, 6, 7, 8, 40].map((attempt) => backoffMs(attempt, POLICY, 0) / 1000);
    expect(fixed).toEqual([5, 10, 20, 40, 80, 160, 320, 450, 450]);
    expect(backoffMs(1, POLICY, 0.999)).toBeCloseTo(9_995);
  });

  test('stays within half of the delay and the delay, and at least one second', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 1, max: 900_000 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (attempt, backoffBaseMs, random) => {
          const delayMs = backoffMs(attempt, { backoffBaseMs, backoffCapMs: 900_000 }, random);
          const ceilingMs = Math.min(900_000, backoffBaseMs * 2 ** (attempt - 1));
          expect(delayMs).toBeGreaterThanOrEqual(Math.max(1_000, ceilingMs / 2));
          expect(Number.isInteger(delayMs)).toBe(true);
          expect(delayMs).toBeLessThanOrEqual(Math.max(1_000, ceilingMs));
        },
      ),
    );
  });

  test('the longest retry-after overrides it, shorter or longer', () => {
    expect(retryDelayMs(7_500, [])).toBe(7_500);
    expect(retryDelayMs(7_500, [2])).toBe(2_000);
    expect(retryDelayMs(7_500, [2, 600, 30])).toBe(600_000);
  });

  test('a delay is between one second and eleven hours', () => {
    expect([clampDelayMs(-5), clampDelayMs(0), clampDelayMs(1e12)]).toEqual([1_000, 1_000, 39_600_000]);
  });
});
