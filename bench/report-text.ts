import { safeText } from '../local/safe-text.ts';
import { formatDuration, formatUtc } from '../operator/cli/format-time.ts';
import { plainTable } from '../operator/cli/table.ts';
import type { Terminal } from '../operator/cli/terminal.ts';
import type { BenchCount } from './benchmark.ts';
import type { BenchmarkJson, RowJson, RunJson } from './run.ts';

type Paint = Terminal['paint'];

/** The tables of a run, each benchmark with its counts and what it verified. */
export function benchText(run: RunJson, paint: Paint): string {
  return [...run.benchmarks.map((each) => finishedText(each, paint)), summary(run, paint)].join('\n\n');
}

function finishedText(benchmark: BenchmarkJson, paint: Paint): string {
  const {
    name,
    says,
    took_ms: tookMs,
    error,
    rows = [],
    counts = [],
    remarks = [],
    checked = [],
  } = benchmark;
  const heading = `${name}: ${says} (${formatDuration(tookMs)})`;
  if (error !== undefined) return `${heading}\n${paint('red', `FAILED: ${safeText(error, 2_000)}`)}`;
  return [
    heading,
    ...(rows.length === 0 ? [] : [rowTable(rows)]),
    ...(counts.length === 0 ? [] : [countTable(counts)]),
    ...remarks.map((remark) => `- ${remark}`),
    ...checked.map((what) => `${paint('green', 'checked')}: ${what}`),
  ].join('\n');
}

function rowTable(rows: readonly RowJson[]): string {
  return plainTable({
    head: ['subject', 'median', 'q1 to q3', 'ratio', 'goal', '', 'against, note'],
    widths: [44, 15, 17, 7, 6, 7, 44],
    alignments: ['left', 'right', 'right', 'right', 'right', 'left', 'left'],
    rows: rows.map((row) => [
      row.subject,
      `${figure(row.median)} ${row.unit}`,
      `${figure(row.q1)} – ${figure(row.q3)}`,
      row.ratio === undefined ? '' : row.ratio.toFixed(2),
      row.goal === undefined ? '' : String(row.goal),
      row.goal_met === undefined ? '' : row.goal_met ? 'ok' : 'MISSED',
      [row.against, row.note].filter((text) => text !== undefined).join('; '),
    ]),
  });
}

function countTable(counts: readonly BenchCount[]): string {
  return plainTable({
    head: ['counted', 'value', ''],
    widths: [84, 14, 40],
    alignments: ['left', 'right', 'left'],
    rows: counts.map(({ name, value, unit }) => [name, figure(value), unit]),
  });
}

/** Three digits that mean something, thousands apart: `0.212`, `4.91`, `38.2`, `1,234`. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en-US');
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 ? 2 : 3);
}

function summary({ benchmarks, machine, ...run }: RunJson, paint: Paint): string {
  const verdicts = benchmarks.flatMap(({ rows = [] }) => rows.map((row) => row.goal_met));
  const met = verdicts.filter((meets) => meets === true).length;
  const missed = verdicts.filter((meets) => meets === false).length;
  const failed = benchmarks.filter(({ error }) => error !== undefined).length;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${benchmarks.length - failed} measured, ${failed} failed; goals: ${met} met, ${paint(missed === 0 ? 'green' : 'yellow', `${missed} missed`)}`,
    `${formatUtc(run.started_at_ms).slice(0, 16)} UTC, took ${formatDuration(run.took_ms)}${run.quick ? ', --quick: the figures mean little' : ''}`,
    `${machine.cores} × ${machine.cpu}, ${(machine.memory_bytes / 1024 ** 3).toFixed(1)} GiB, ${machine.system}`,
    versions.join(', '),
    ...(run.interrupted ? ['interrupted: only what was finished is shown'] : []),
  ].join('\n');
}
