import { safeText } from '../local/safe-text.ts';
import { formatDuration, formatUtc } from '../operator/cli/format-time.ts';
import { plainTable } from '../operator/cli/table.ts';
import type { Terminal } from '../operator/cli/terminal.ts';
import { type BenchCount, type BenchRow, meetsGoal } from './benchmark.ts';
import type { RunFacts } from './report-json.ts';
import type { BenchRun, Finished } from './run-benchmarks.ts';

type Paint = Terminal['paint'];

/** The tables of a run, each benchmark with its counts and what it verified. */
export function benchText(run: BenchRun, facts: RunFacts, paint: Paint): string {
  const parts = [...run.finished.map((each) => finishedText(each, paint)), summary(run, facts, paint)];
  return parts.join('\n\n');
}

function finishedText({ benchmark, tookMs, result, error }: Finished, paint: Paint): string {
  const heading = `${benchmark.name}: ${benchmark.says} (${formatDuration(tookMs)})`;
  if (result === undefined) return `${heading}\n${paint('red', `FAILED: ${safeText(String(error), 2_000)}`)}`;
  return [
    heading,
    ...(result.rows.length === 0 ? [] : [rowTable(result.rows)]),
    ...(result.counts.length === 0 ? [] : [countTable(result.counts)]),
    ...result.remarks.map((remark) => `- ${remark}`),
    ...result.checked.map((what) => `${paint('green', 'checked')}: ${what}`),
  ].join('\n');
}

function rowTable(rows: readonly BenchRow[]): string {
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
      goalText(row),
      [row.against, row.note].filter((text) => text !== undefined).join('; '),
    ]),
  });
}

function goalText(row: BenchRow): string {
  const meets = meetsGoal(row);
  if (meets === undefined) return '';
  return meets ? 'ok' : 'MISSED';
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

function summary({ finished, interrupted }: BenchRun, facts: RunFacts, paint: Paint): string {
  const verdicts = finished.flatMap(({ result }) => (result?.rows ?? []).map(meetsGoal));
  const met = verdicts.filter((meets) => meets === true).length;
  const missed = verdicts.filter((meets) => meets === false).length;
  const failed = finished.filter(({ result }) => result === undefined).length;
  const { machine } = facts;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${finished.length - failed} measured, ${failed} failed; goals: ${met} met, ${paint(missed === 0 ? 'green' : 'yellow', `${missed} missed`)}`,
    `${formatUtc(facts.startedAtMs).slice(0, 16)} UTC, took ${formatDuration(facts.tookMs)}${facts.quick ? ', --quick: the figures mean little' : ''}`,
    `${machine.cores} × ${machine.cpu}, ${(machine.memoryBytes / 1024 ** 3).toFixed(1)} GiB, ${machine.system}`,
    versions.join(', '),
    ...(interrupted ? ['interrupted: only what was finished is shown'] : []),
  ].join('\n');
}
