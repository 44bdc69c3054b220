import { CommandError } from '../../operator/core/command-error.ts';
import { type Baseline, BaselineError } from './baseline.ts';
import { isSimulated, suitesOf } from './catchers.ts';
import { type Mutation, MutationError } from './mutation.ts';
import type { ProjectCopy } from './project-copy.ts';
import { catchBySimulation, type SimulationVerdict } from './simulation-catcher.ts';
import { catchBySuites } from './suite-catcher.ts';

/** What became of one mutation. */
export interface Verdict {
  readonly mutation: Mutation;
  /** Absent when the simulation does not drive the mutated code. */
  readonly simulation?: SimulationVerdict;
  /** The first failing test; absent when no suite failed or was asked. */
  readonly failedTest?: string;
  /** Why it could not be tried. */
  readonly problem?: string;
}

export interface TryOptions {
  readonly seeds: number;
  /** The suites are asked also when the simulation has caught it. */
  readonly allCatchers: boolean;
  readonly signal: AbortSignal;
}

export function isCaught({ simulation, failedTest }: Verdict): boolean {
  return simulation?.check !== undefined || failedTest !== undefined;
}

/**
 * Lets the catchers try one mutation in a copy, and leaves the copy as it was.
 *
 * @throws {BaselineError} when a suite that is needed fails without the mutation
 */
export async function tryMutation(
  mutation: Mutation,
  copy: ProjectCopy,
  baseline: Baseline,
  options: TryOptions,
): Promise<Verdict> {
  try {
    copy.apply(mutation);
    return { mutation, ...(await askCatchers(mutation, copy, baseline, options)) };
  } catch (error) {
    if (error instanceof BaselineError) throw error;
    if (error instanceof MutationError || error instanceof CommandError) {
      return { mutation, problem: error.message };
    }
    throw error;
  } finally {
    copy.restore();
  }
}

async function askCatchers(
  mutation: Mutation,
  copy: ProjectCopy,
  baseline: Baseline,
  { seeds, allCatchers, signal }: TryOptions,
): Promise<Omit<Verdict, 'mutation'>> {
  const { aim } = mutation;
  const simulation = isSimulated(mutation)
    ? await catchBySimulation({ copy, seeds, signal, ...(aim === undefined ? {} : { aim }) })
    : undefined;
  const seen = simulation === undefined ? {} : { simulation };
  if (simulation?.check !== undefined && !allCatchers) return seen;
  const suites = suitesOf(mutation);
  await baseline.passes(suites);
  const failedTest = await catchBySuites({ copy, suites, signal });
  return failedTest === undefined ? seen : { ...seen, failedTest };
}
