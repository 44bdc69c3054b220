import { readFile } from 'node:fs/promises';
import { isRecord, parseRecord } from '../../local/json.ts';
import { safeText } from '../../local/safe-text.ts';
import { CommandError } from '../../operator/core/command-error.ts';
import type { BenchCount, BenchResult, BenchRow } from '../benchmark.ts';
import type { BenchJson } from '../report-json.ts';

export interface RowJson extends BenchRow {
  readonly goal_met?: boolean;
}
/** Either what was measured, or the error that it ended with. */
export interface BenchmarkJson extends Partial<Omit<BenchResult, 'rows'>> {
  readonly name: string;
  readonly says: string;
  readonly took_ms: number;
  readonly error?: string;
  readonly rows?: readonly RowJson[];
}
export interface RunJson extends Omit<BenchJson, 'benchmarks'> {
  readonly benchmarks: readonly BenchmarkJson[];
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
