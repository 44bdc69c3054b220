import { readFile } from 'node:fs/promises';
import { isRecord, parseRecord } from '../../local/json.ts';
import { safeText } from '../../local/safe-text.ts';
import { CommandError } from '../../operator/core/command-error.ts';
import { END_TO_END, FUNCTION_CPU_ROWS } from '../system/names.ts';
import type { Durations } from './durations.ts';

/**
 * Processor time of the functions from a run's JSON (`npm run bench -- --out FILE`).
 *
 * @throws {CommandError} when it cannot be read, or holds no such rows
 */
export async function readDurations(path: string): Promise<Durations> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandError(`cannot read ${path}: ${String(cause)}`, { cause });
  });
  const run = parseRecord(text);
  const benchmarks = Array.isArray(run?.['benchmarks']) ? run['benchmarks'].filter(isRecord) : [];
  const rows = benchmarks.find(({ name }) => name === END_TO_END)?.['rows'];
  const medianOf = (subject: string) => {
    const row = (Array.isArray(rows) ? rows.filter(isRecord) : []).find(
      (each) => each['subject'] === subject,
    );
    const median = row?.['median'];
    if (typeof median === 'number' && median > 0) return median;
    throw new CommandError(
      `${safeText(path, 200)} holds no "${subject}": make it with npm run bench -- --only ${END_TO_END} --out ${safeText(path, 200)}`,
    );
  };
  return {
    ingestCpuMs: medianOf(FUNCTION_CPU_ROWS.ingest),
    consumerCpuMs: medianOf(FUNCTION_CPU_ROWS.consumer),
    from: path,
  };
}
