import { type BenchRow, meetsGoal } from './benchmark.ts';
import type { Machine } from './machine.ts';
import type { BenchRun, Finished } from './run-benchmarks.ts';

export interface RunFacts {
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly quick: boolean;
  readonly machine: Machine;
}

export type BenchJson = ReturnType<typeof benchJson>;

/** One run as the document of `--json` and `--out`; the charts are drawn from it. */
export function benchJson({ finished, interrupted }: BenchRun, facts: RunFacts) {
  const { cpu, cores, memoryBytes, system, versions } = facts.machine;
  return {
    started_at_ms: facts.startedAtMs,
    took_ms: Math.round(facts.tookMs),
    quick: facts.quick,
    interrupted,
    machine: { cpu, cores, memory_bytes: memoryBytes, system, versions },
    benchmarks: finished.map(finishedJson),
  };
}

function finishedJson({ benchmark, tookMs, result, error }: Finished) {
  const { name, says } = benchmark;
  return {
    name,
    says,
    took_ms: Math.round(tookMs),
    ...(result === undefined
      ? { error: String(error) }
      : {
          rows: result.rows.map(rowJson),
          counts: result.counts,
          remarks: result.remarks,
          checked: result.checked,
        }),
  };
}

function rowJson(row: BenchRow) {
  const meets = meetsGoal(row);
  return { ...row, ...(meets === undefined ? {} : { goal_met: meets }) };
}
