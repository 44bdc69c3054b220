import { describe, expect, test } from '@jest/globals';
import { simulateSeed } from '../../simulation/simulate-seed.ts';

/** Its outage takes more steps than all others together. */
const LONGEST = 11;
/** Enough for most mistakes, and quicker than any engine; what survives them meets more. */
const SEEDS = Array.from({ length: 21 }, (_, index) => index + 1).filter((seed) => seed !== LONGEST);
/** Several times what the longest of them takes; many mistakes keep the pipeline busy for ever. */
const MAXIMUM_STEPS = 15_000;

describe('the simulated pipeline', () => {
  test.each(SEEDS)('seed %i', async (seed) => {
    expect((await simulateSeed(seed, { maximumSteps: MAXIMUM_STEPS })).journal.violations).toEqual([]);
  });
});
