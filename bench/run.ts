import { readFile } from 'node:fs/promises';
import { isRecord, parseRecord } from '../local/json.ts';
import { safeText } from '../local/safe-text.ts';
import { CommandError } from '../operator/core/command-error.ts';
import {
  type BenchContext,
  type BenchCount,
  type Benchmark,
  type BenchResult,
  type BenchRow,
  meetsGoal,
} from './benchmark.ts';
import type { Machine } from './machine.ts';

export interface RowJson extends BenchRow {
  readonly goal_met?: boolean;
}

/** Either what was measured, or the error that it ended with: what it measured is worth nothing. */
export interface BenchmarkJson extends Partial<Omit<BenchResult, 'rows'>> {
  readonly name: string;
  readonly says: string;
  readonly took_ms: number;
  readonly error?: string;
  readonly rows?: readonly RowJson[];
}

/** One run as the document of `--json` and `--out`; tables and charts are drawn from it. */
export interface RunJson {
  readonly started_at_ms: number;
  readonly took_ms: number;
  readonly quick: boolean;
  readonly interrupted: boolean;
  readonly machine: Machine;
  readonly benchmarks: readonly BenchmarkJson[];
}

/** One after the other, since two would disturb each other. One that fails does not end the rest. */
export async function runBenchmarks(
  wanted: readonly Benchmark[],
  context: BenchContext,
): Promise<Pick<RunJson, 'benchmarks' | 'interrupted'>> {
  const benchmarks: BenchmarkJson[] = [];
  for (const { name, says, run } of wanted) {
    const startedAtMs = performance.now();
    const add = (outcome: Partial<BenchmarkJson>) =>
      benchmarks.push({ name, says, took_ms: Math.round(performance.now() - startedAtMs), ...outcome });
    try {
      const result = await run({ ...context, step: (text) => context.step(`${name}: ${text}`) });
      context.signal.throwIfAborted();
      add({ ...result, rows: result.rows.map(rowJson) });
    } catch (error) {
      if (context.signal.aborted) return { benchmarks, interrupted: true };
      add({ error: String(error) });
    }
  }
  return { benchmarks, interrupted: false };
}

function rowJson(row: BenchRow): RowJson {
  const meets = meetsGoal(row);
  return { ...row, ...(meets === undefined ? {} : { goal_met: meets }) };
}

/**
 * Reads what `npm run bench -- --out FILE` wrote.
 *
 * @throws {CommandError} when it is anything else
 */
export async function readRun(path: string): Promise<RunJson> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandError(`cannot read ${path}: ${String(cause)}`, { cause });
  });
  const run = parseRecord(text);
  if (run === undefined || !Array.isArray(run['benchmarks']) || !isRecord(run['machine'])) {
    throw new CommandError(
      `${safeText(path, 200)} is no result of a run: make one with npm run bench -- --out ${safeText(path, 200)}`,
    );
  }
  return run as unknown as RunJson;
}

export function rowsOf(run: RunJson, benchmark: string): readonly RowJson[] {
  return run.benchmarks.find(({ name }) => name === benchmark)?.rows ?? [];
}

export function countsOf(run: RunJson, benchmark: string): readonly BenchCount[] {
  return run.benchmarks.find(({ name }) => name === benchmark)?.counts ?? [];
}
