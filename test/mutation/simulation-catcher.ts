import { CommandError } from '../../operator/core/command-error.ts';
import type { SeedReport } from './hunt.ts';
import type { ProjectCopy } from './project-copy.ts';
import { runNode } from './run-process.ts';

/** What the simulation saw of a tree. */
export interface SimulationVerdict {
  /** The first broken promise, or how else the run showed it; undefined: nothing was seen. */
  readonly check: string | undefined;
  /** Seeds that were needed for it. */
  readonly seedsNeeded: number | undefined;
  /** Every check that went red, with the first seed that did it. */
  readonly red: ReadonlyMap<string, number>;
  readonly seedsRun: number;
}

export interface SimulationOptions {
  readonly copy: ProjectCopy;
  readonly seeds: number;
  /** Hunted until this check is red, too. */
  readonly aim?: string;
  readonly signal: AbortSignal;
}

/** So many seeds more are run after the first catch: they tell which other checks see it. */
const FURTHER_SEEDS = 12;
/** A seed takes a tenth of a second; one that has not ended after this long never will. */
const LONGEST_SEED_MS = 90_000;

/**
 * Runs the simulation of a tree, seed by seed in one process of its own.
 *
 * @throws {CommandError} when the simulation does not even start: the mutation is no program
 */
export async function catchBySimulation(options: SimulationOptions): Promise<SimulationVerdict> {
  const { copy, seeds, aim, signal } = options;
  const red = new Map<string, number>();
  let caught: { readonly check: string; readonly seed: number } | undefined;
  let seedsRun = 0;
  let stopped = false;
  const end = await runNode(['--import', 'tsx', 'test/mutation/hunt.ts', String(seeds)], {
    copy,
    signal,
    silenceMs: LONGEST_SEED_MS,
    onLine(line, stop) {
      const { seed, violated, threw } = JSON.parse(line) as SeedReport;
      seedsRun = seed;
      for (const check of violated) if (!red.has(check)) red.set(check, seed);
      const first = violated[0] ?? (threw === undefined ? undefined : `the run threw ${threw}`);
      if (first !== undefined) caught ??= { check: first, seed };
      const sawEnough = caught !== undefined && seed >= caught.seed + FURTHER_SEEDS;
      if (sawEnough && (aim === undefined || red.has(aim))) {
        stopped = true;
        stop();
      }
    },
  });
  if (end.timedOut) caught ??= { check: `seed ${seedsRun + 1} never ended`, seed: seedsRun + 1 };
  const crashed = end.exitCode !== 0 && !stopped && !signal.aborted;
  if (crashed && seedsRun > 0)
    caught ??= { check: 'the process of the simulation crashed', seed: seedsRun + 1 };
  if (seedsRun === 0 && caught === undefined && !signal.aborted) {
    throw new CommandError(`the simulation did not start: ${end.errorText.trim()}`);
  }
  return { check: caught?.check, seedsNeeded: caught?.seed, red, seedsRun };
}
