import process from 'node:process';
import { simulateSeed } from '../simulation/simulate-seed.ts';

/** What one seed showed: a line of JSON on standard output. */
export interface SeedReport {
  readonly seed: number;
  /** Checks that did not hold, in the order of their first violation. */
  readonly violated: readonly string[];
  /** What the simulation itself threw. */
  readonly threw?: string;
}

/** Simulates the seeds from 1 on in this process; whoever reads the lines ends it when it has seen enough. */
async function hunt(seeds: number): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) {
    process.stdout.write(`${JSON.stringify(await reportOf(seed))}\n`);
  }
}

async function reportOf(seed: number): Promise<SeedReport> {
  try {
    const { journal } = await simulateSeed(seed);
    return { seed, violated: [...new Set(journal.violations.map(({ check }) => check))] };
  } catch (error) {
    return { seed, violated: [], threw: String(error) };
  }
}

await hunt(Number(process.argv[2]));
