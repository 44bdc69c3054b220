import { beforeAll, describe, expect, test } from '@jest/globals';
import { replayCommand } from '../fuzz/case-report.ts';
import { makeCase } from '../fuzz/make-case.ts';
import { notMet } from '../fuzz/requirements.ts';
import { runCases } from '../fuzz/run-cases.ts';
import { newTotals } from '../fuzz/totals.ts';

const SEED = 20_261_124;
/** `npm run fuzz` runs two hundred times as many. */
const CASES = 10_000;

describe('against svix and standardwebhooks', () => {
  let totals = newTotals();

  beforeAll(async () => {
    totals = await runCases({ seed: SEED, first: 0, stride: 1, cases: CASES });
  });

  test('every disagreement is on the list, and every answer is the documented one', () => {
    const failures = totals.failures.map((each) => ({ ...each, replay: replayCommand(SEED, each.index) }));
    expect(failures).toEqual([]);
    expect(totals.cases).toBe(CASES);
  });

  test('every entry of the list and both outcomes of every kind of mutation were met', () => {
    expect(notMet(totals)).toEqual([]);
  });
});

test('the same address gives the same case', () => {
  const address = { seed: SEED, index: 17 };
  expect(makeCase(address)).toEqual(makeCase(address));
  expect(makeCase(address)).not.toEqual(makeCase({ ...address, index: 18 }));
});
