import { describe, expect, test } from '@jest/globals';
import { runModel } from './model.ts';

/** `RECONCILE_SEEDS=10000 npm run test:jest -- test/reconcile/model` runs more. */
const SEEDS = Number(process.env['RECONCILE_SEEDS'] ?? 1_000);

describe('what is compared, without anything around it', () => {
  test(`${SEEDS} seeds: nothing is lost, and nothing deleted that is there`, async () => {
    const counts: Record<string, number> = {};
    const problems: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const problem of await runModel(seed, counts)) problems.push(`seed ${seed}: ${problem}`);
    }
    process.stdout.write(`${JSON.stringify(counts, null, 1)}\n`);
    expect(problems.slice(0, 20)).toEqual([]);
    // What an event has told is not sent as well, but for what came in between.
    const idle = counts['reconciled, ran nothing'] ?? 0;
    expect(idle).toBeLessThan(0.02 * (counts['told by a reconciled event'] ?? 0));
    for (const what of [
      'late, ran nothing',
      'reconciled, ran nothing',
      'told by a reconciled event',
      'stopped: too-many-gone',
    ])
      expect(counts[what]).toBeGreaterThan(0);
  });
});
