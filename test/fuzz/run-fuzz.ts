import { availableParallelism } from 'node:os';
import { runInProcesses } from './processes.ts';
import { CASES_THAT_MEET_ALL, notMet } from './requirements.ts';
import { type JudgedCase, shrink } from './shrink.ts';
import type { Failure, Totals } from './totals.ts';

export interface FuzzSettings {
  readonly seed: number;
  /** `Infinity` when only the time limits it. */
  readonly cases: number;
  /** Absent: no limit. */
  readonly limitMs?: number;
}

export interface FuzzResult {
  readonly totals: Totals;
  readonly processes: number;
  readonly tookMs: number;
  readonly interrupted: boolean;
  /** What a run of this length should have met. Not looked at in a short or failing one. */
  readonly notMet: readonly string[];
  /** The first failure of each check, with its simplest form. */
  readonly explained: readonly ExplainedFailure[];
  readonly passed: boolean;
}

export interface ExplainedFailure {
  readonly failure: Failure;
  readonly shrunk: JudgedCase;
}

/** Runs on all cores and explains what failed. */
export async function runFuzz(
  { seed, cases, limitMs }: FuzzSettings,
  signal: AbortSignal,
  onProgress: (cases: number) => void,
): Promise<FuzzResult> {
  const startedAtMs = performance.now();
  const processes = Math.min(availableParallelism(), cases);
  const limit = limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)];
  const totals = await runInProcesses({
    seed,
    cases,
    processes,
    signal: AbortSignal.any([signal, ...limit]),
    onProgress,
  });
  const explained = await explainFailures(seed, totals.failures);
  const missing = totals.failed === 0 && totals.cases >= CASES_THAT_MEET_ALL ? notMet(totals) : [];
  return {
    totals,
    processes,
    tookMs: performance.now() - startedAtMs,
    interrupted: signal.aborted,
    notMet: missing,
    explained,
    passed: totals.failed === 0 && missing.length === 0,
  };
}

async function explainFailures(seed: number, failures: readonly Failure[]): Promise<ExplainedFailure[]> {
  const first = new Map<string, Failure>();
  for (const failure of failures) if (!first.has(failure.check)) first.set(failure.check, failure);
  const explained: ExplainedFailure[] = [];
  for (const failure of first.values()) {
    explained.push({ failure, shrunk: await shrink({ seed, index: failure.index }, failure.check) });
  }
  return explained;
}
