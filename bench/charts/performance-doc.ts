import { formatUtc } from '../../operator/cli/format-time.ts';
import { type CostInputs, costOf } from '../cost/cost-model.ts';
import { GOAL_USD_PER_MILLION, GOAL_WORKLOAD } from '../cost/cost-report.ts';
import { HOSTED_ALTERNATIVES, PRICES, PRICES_DATE, PRICES_REGION } from '../cost/prices.ts';
import { sensitivities } from '../cost/sensitivities.ts';
import { figure } from '../report-text.ts';
import type { BenchmarkJson, RowJson, RunJson } from '../run.ts';

export const BEGIN = '<!-- bench:begin, written by npm run report -->';
export const END = '<!-- bench:end -->';

/** A chart that stands in the document. */
export interface Drawn {
  readonly benchmark: string;
  readonly title: string;
  /** Relative to the document. */
  readonly path: string;
}

/**
 * The document with its generated part renewed; what people wrote around it stays.
 *
 * @throws {Error} when the markers are not there, in this order
 */
export function withGenerated(document: string, generated: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`the document has no ${BEGIN} with ${END} after it`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${generated}\n\n${document.slice(end)}`;
}

/**
 * The run as Markdown: where it ran, and each benchmark with its chart and all its rows.
 *
 * @param other - a run on another Node.js: its goals stand beside, its cold starts after the run's own
 */
export function runMarkdown(
  run: RunJson,
  drawn: readonly Drawn[],
  costMarkdown: string | undefined,
  other?: RunJson,
): string {
  return [
    headMarkdown(run),
    ...(other === undefined ? [] : [headMarkdown(other)]),
    goalsMarkdown(other === undefined ? [run] : [run, other]),
    ...run.benchmarks.map((each) =>
      benchmarkMarkdown(
        each,
        drawn.filter(({ benchmark }) => benchmark === each.name),
      ),
    ),
    ...(other?.benchmarks ?? [])
      .filter(({ name }) => name === 'cold-start')
      .map((each) => benchmarkMarkdown({ ...each, name: `${each.name}, Node.js ${nodeOf(other)}` }, [])),
    ...(costMarkdown === undefined ? [] : [costMarkdown]),
  ].join('\n\n');
}

function headMarkdown(run: RunJson): string {
  const { machine } = run;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Run of ${formatUtc(run.started_at_ms).slice(0, 16)} UTC, ${Math.round(run.took_ms / 1_000)} s, on ${machine.cores} × ${machine.cpu}, ${(machine.memory_bytes / 1024 ** 3).toFixed(1)} GiB, ${machine.system}.`,
    `Versions: ${versions.join(', ')}.`,
    ...(run.quick ? ['**A quick run: its figures mean little.**'] : []),
    ...(run.interrupted ? ['**The run was interrupted: what was not finished is missing.**'] : []),
  ].join('\n\n');
}

/** Every goal at a glance, met or missed, on each Node.js. */
function goalsMarkdown(runs: readonly RunJson[]): string {
  const goalsOf = (run: RunJson | undefined) =>
    (run?.benchmarks ?? []).flatMap(({ name, rows = [] }) =>
      rows.filter(({ goal }) => goal !== undefined).map((row) => ({ name, row })),
    );
  const rows = goalsOf(runs[0]).map(({ name, row }) => [
    name,
    row.subject,
    String(row.goal),
    ...runs.map((run) => {
      const same = goalsOf(run).find((other) => other.name === name && other.row.subject === row.subject);
      return same === undefined
        ? '–'
        : `${figure(same.row.ratio ?? same.row.median)}, ${verdictText(same.row)}`;
    }),
  ]);
  if (rows.length === 0) return 'No benchmark of this run has a goal.';
  const head = ['benchmark', 'subject', 'at most', ...runs.map((run) => `Node.js ${nodeOf(run)}`)];
  return `### Goals\n\n${table(head, rows)}`;
}

function nodeOf(run: RunJson | undefined): string {
  return run?.machine.versions['node'] ?? '?';
}

function benchmarkMarkdown(benchmark: BenchmarkJson, drawn: readonly Drawn[]): string {
  const { name, says, rows = [], counts = [], remarks = [], checked = [], error } = benchmark;
  const row = (each: RowJson) => [
    each.subject,
    `${figure(each.median)} ${each.unit}`,
    `${figure(each.q1)} – ${figure(each.q3)}`,
    String(each.runs),
    each.ratio === undefined ? '' : each.ratio.toFixed(2),
    each.goal === undefined ? '' : `${each.goal}, ${verdictText(each)}`,
    [each.against, each.note].filter((text) => text !== undefined).join('; '),
  ];
  return [
    `### ${name}`,
    `${says[0]?.toUpperCase()}${says.slice(1)}.`,
    ...(error === undefined ? [] : [`**Failed: ${cell(error)}**`]),
    ...drawn.map(({ title, path }) => `![${title}](${path})`),
    ...(rows.length === 0
      ? []
      : [table(['subject', 'median', 'q1 – q3', 'of', 'ratio', 'goal', 'against, note'], rows.map(row))]),
    ...(counts.length === 0
      ? []
      : [
          table(
            ['counted', 'value', ''],
            counts.map((each) => [each.name, figure(each.value), each.unit]),
          ),
        ]),
    ...(remarks.length === 0 ? [] : [remarks.map((text) => `- ${text}`).join('\n')]),
    ...(checked.length === 0 ? [] : [`Checked: ${checked.join('; ')}.`]),
  ].join('\n\n');
}

function verdictText({ goal_met: met }: RowJson): string {
  return met === true ? 'met' : '**missed**';
}

/** The last columns of figures stand to the right, the texts to the left. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\|/g, '\\|');
}

const usd = (amount: number) => `$${amount.toFixed(2)}`;

/** The bill of a million events, with the processor time of the same run. */
export function costMarkdown(inputs: CostInputs): string {
  const cost = costOf(GOAL_WORKLOAD, inputs);
  const goal = GOAL_USD_PER_MILLION['http-api'];
  const verdict = cost.usdPerMillion <= goal ? 'met' : '**missed**';
  return [
    '### cost',
    `${usd(cost.usdPerMillion)} for a million events in batches of 10 (goal: at most ${usd(goal)}, ${verdict}), before anything that is free; list prices of ${PRICES_DATE}, ${PRICES_REGION}. ${HOSTED_ALTERNATIVES.map(({ name, usdPerMillion }) => `${name}: ${usd(usdPerMillion)}`).join('; ')}. \`npm run cost -- --events-per-month 1000000\` shows the bill of a month with what is fixed and what is free.`,
    table(
      ['line', 'a million events'],
      cost.variable.map(({ what, perEvent, price }) => [what, usd(perEvent * PRICES[price].usd * 1_000_000)]),
    ),
    table(
      ['changed alone', 'a million events'],
      sensitivities(GOAL_WORKLOAD, inputs, cost).map(({ what, usdPerMillion }) => [what, usd(usdPerMillion)]),
    ),
  ].join('\n\n');
}
