import { describe, expect, test } from '@jest/globals';
import { addRun, describeTotals, newTotals, unreached } from './report.ts';
import { replayCommand, shrink, traceOf } from './shrink.ts';
import { simulateSeed } from './simulate-seed.ts';

/** Each of these broke a promise before it was mended; what was wrong stands in the commit that mended it. */
const SEEDS_THAT_FOUND_A_BUG = [
  3, 22, 69, 79, 114, 148, 166, 311, 338, 474, 500, 697, 1029, 1239, 1785, 5207,
];
const SEEDS = 40;

describe('the simulated pipeline', () => {
  test('keeps its promises under every fault', async () => {
    const totals = newTotals();
    const startedAtMs = performance.now();
    for (let seed = 1; seed <= SEEDS; seed++) addRun(totals, seed, await simulateSeed(seed));
    process.stdout.write(`${describeTotals(totals, performance.now() - startedAtMs)}\n`);
    expect(totals.violations).toEqual([]);
    expect(unreached(totals)).toEqual([]);
  });

  test.each(SEEDS_THAT_FOUND_A_BUG)('seed %i stays mended', async (seed) => {
    expect((await simulateSeed(seed)).journal.violations).toEqual([]);
  });

  test('the same seed gives the same run', async () => {
    const lines = async () => (await simulateSeed(7, { keepsLines: true })).journal.lines;
    const first = await lines();
    expect(first.length).toBeGreaterThan(100);
    expect(await lines()).toEqual(first);
  });

  test('a failure is shrunk to what it needs, with a command that replays it and its trace', async () => {
    // No promise is broken by now: an event that dead letters stand for takes the place of a violation.
    const shrunk = { events: 3, without: ['crash' as const] };
    expect(replayCommand(7, shrunk)).toBe('npm run simulate -- --seed 7 --events 3 --without crash');
    expect(await traceOf(7, 'no-such-check', shrunk)).toBe('');
    expect(await shrink(7, 'no-such-check')).toMatchObject({ without: [] });
  });
});
