import { HARNESS_CHECKS, redBy } from './checks.ts';
import { LISTED } from './mutations.ts';
import { isCaught, type Verdict } from './try-mutation.ts';

/** What one run of the command has found. */
export interface MutationRun {
  readonly verdicts: readonly Verdict[];
  /** Every check that the simulation makes. */
  readonly checks: readonly string[];
  /** All mutations were tried: only then a check that never went red means something. */
  readonly isWhole: boolean;
  readonly interrupted: boolean;
}

export function isListed({ mutation }: Verdict): boolean {
  return LISTED.includes(mutation);
}

/** Every mutation was caught and, in a whole run, every check has been red that can be. */
export function isGood({ verdicts, checks, isWhole }: MutationRun): boolean {
  const red = redBy(verdicts);
  const allRed = checks.every((check) => red.has(check) || check in HARNESS_CHECKS);
  return verdicts.every(isCaught) && (allRed || !isWhole);
}

/** The run as one JSON document. */
export function runJson(run: MutationRun, elapsedMs: number) {
  const { verdicts, checks, isWhole, interrupted } = run;
  const red = redBy(verdicts);
  return {
    good: isGood(run),
    interrupted,
    elapsed_ms: Math.round(elapsedMs),
    caught: verdicts.filter(isCaught).length,
    survived: verdicts.filter((verdict) => !isCaught(verdict)).length,
    mutations: verdicts.map(verdictJson),
    ...(isWhole ? { checks: checks.map((check) => ({ check, red_by: red.get(check) ?? [] })) } : {}),
  };
}

function verdictJson(verdict: Verdict) {
  const { mutation, simulation, failedTest, problem } = verdict;
  return {
    name: mutation.name,
    says: mutation.says,
    files: [...new Set(mutation.edits.map(({ file }) => file))],
    listed: isListed(verdict),
    caught: isCaught(verdict),
    check: simulation?.check,
    seeds_needed: simulation?.seedsNeeded,
    seeds_run: simulation?.seedsRun,
    red: simulation && Object.fromEntries(simulation.red),
    failed_test: failedTest,
    problem,
  };
}
