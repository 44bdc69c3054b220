import { formatCount } from '../../operator/cli/command-text.ts';
import { plainTable } from '../../operator/cli/table.ts';
import type { Terminal } from '../../operator/cli/terminal.ts';
import { type Cost, type CostInputs, type CostLine, logBytesPerEvent, type Workload } from './cost-model.ts';
import { ASSUMED } from './durations.ts';
import { HOSTED_ALTERNATIVES, PRICES, PRICES_DATE, PRICES_REGION } from './prices.ts';
import type { Sensitivity } from './sensitivities.ts';

/** What a million events shall cost at most, in US dollars, at batches of 10. */
export const GOAL_USD_PER_MILLION = { 'http-api': 4.25, 'function-url': 3.05 } as const;

/** The month that the goal speaks of, but for the endpoint. */
export const GOAL_WORKLOAD: Workload = {
  eventsPerMonth: 1_000_000,
  batchSize: 10,
  payloadBytes: 512,
  duplicateShare: 0,
  logging: 'as-deployed',
  endpoint: 'http-api',
};

export interface CostReport {
  readonly workload: Workload;
  readonly inputs: CostInputs;
  readonly cost: Cost;
  readonly sensitivities: readonly Sensitivity[];
}

const usd = (amount: number) =>
  `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const goalOf = ({ workload }: CostReport) => GOAL_USD_PER_MILLION[workload.endpoint];
const meetsGoal = (report: CostReport) => report.cost.usdPerMillion <= goalOf(report);
const isGoalsBatch = ({ workload: { batchSize, reconciling } }: CostReport) =>
  batchSize === GOAL_WORKLOAD.batchSize && reconciling === undefined;

export function costText(report: CostReport, paint: Terminal['paint']): string {
  const { workload, inputs, cost } = report;
  const verdict = meetsGoal(report) ? paint('green', 'met') : paint('red', 'missed');
  return [
    `${formatCount(workload.eventsPerMonth)} events a month of ${formatCount(workload.payloadBytes)} bytes, ${workload.batchSize} to a batch, ${(workload.duplicateShare * 100).toFixed(0)} % sent twice, logging ${workload.logging}, ${workload.endpoint}`,
    lineTable(cost),
    `${usd(cost.usdPerMillion)} for each million events${isGoalsBatch(report) ? `; goal: at most ${usd(goalOf(report))}, ${verdict}` : ''}`,
    alternativesText(report),
    sensitivityTable(report.sensitivities),
    footnotes(inputs, workload),
  ].join('\n\n');
}

function lineTable(cost: Cost): string {
  const row = (line: CostLine) => [
    line.what,
    cost.fixed.includes(line) ? 'fixed' : usd(line.perEvent * PRICES[line.price].usd * 1_000_000),
    usd(line.usdPerMonth),
    usd(line.usdAfterFree),
  ];
  return plainTable({
    head: ['', 'a million events', 'a month', 'after the free tier'],
    widths: [39, 18, 14, 21],
    alignments: ['left', 'right', 'right', 'right'],
    rows: [
      ...cost.variable.map(row),
      ...cost.fixed.map(row),
      ['together', usd(cost.usdPerMillion), usd(cost.usdPerMonth), usd(cost.usdAfterFree)],
    ],
  });
}

function alternativesText({ workload, cost }: CostReport): string {
  return plainTable({
    head: ['against', 'a million', 'a month', 'times this'],
    widths: [39, 18, 14, 12],
    alignments: ['left', 'right', 'right', 'right'],
    rows: HOSTED_ALTERNATIVES.map(({ name, usdPerMillion }) => [
      name,
      usd(usdPerMillion),
      usd((usdPerMillion * workload.eventsPerMonth) / 1_000_000),
      (usdPerMillion / cost.usdPerMillion).toFixed(1),
    ]),
  });
}

function sensitivityTable(all: readonly Sensitivity[]): string {
  const signed = (amount: number) => `${amount < 0 ? '-' : '+'}${usd(Math.abs(amount))}`;
  return plainTable({
    head: ['changed alone', 'a million events', 'difference'],
    widths: [44, 18, 14],
    alignments: ['left', 'right', 'right'],
    rows: all.map(({ what, usdPerMillion, difference }) => [what, usd(usdPerMillion), signed(difference)]),
  });
}

function footnotes({ observed, durations }: CostInputs, { batchSize, logging }: Workload): string {
  const calls = Object.entries({ ...observed.calls.ingest, ...observed.calls.consumer });
  return [
    `List prices of ${PRICES_DATE}, ${PRICES_REGION}; what is free in an account's first year, taxes and data transfer are left out.`,
    `Counted in a run of the deployed bundles: ${calls.map(([name, count]) => `${count} ${name}`).join(', ')}; ${formatCount(Math.round(logBytesPerEvent(observed, batchSize, logging)))} bytes of logs an event; a record of ${observed.itemBytes} bytes, kept ${observed.ledgerRetentionDays} days.`,
    `Processor time: ingest ${durations.ingestCpuMs.toFixed(2)} ms, consumer ${durations.consumerCpuMs.toFixed(2)} ms an event (${durations.from}).`,
    `Assumed: SendMessage ${ASSUMED.sendMessageMs} ms, UpdateItem ${ASSUMED.updateItemMs} ms, ${formatCount(ASSUMED.coldStartsPerMillion)} cold starts of ${ASSUMED.coldStartMs} ms in a million invocations, and handlers that take no time.`,
    'Stored records are those of a table that has grown for its whole retention: the first months cost less.',
  ].join('\n');
}

export function costJson(report: CostReport) {
  const { workload, inputs, cost } = report;
  const linesOf = (lines: readonly CostLine[]) =>
    lines.map(({ what, price, perEvent, unitsPerMonth, usdPerMonth, usdAfterFree }) => ({
      what,
      price,
      unitsPerEvent: perEvent,
      unitsPerMonth,
      usdPerUnit: PRICES[price].usd,
      usdPerMonth,
      usdAfterFreeTier: usdAfterFree,
      source: PRICES[price].source,
    }));
  return inSnakeCase({
    pricesDate: PRICES_DATE,
    region: PRICES_REGION,
    workload,
    durations: { ...inputs.durations, assumed: ASSUMED },
    variable: linesOf(cost.variable),
    fixed: linesOf(cost.fixed),
    usdPerMillion: cost.usdPerMillion,
    usdPerMonth: cost.usdPerMonth,
    usdAfterFreeTier: cost.usdAfterFree,
    ...(isGoalsBatch(report) ? { goalUsdPerMillion: goalOf(report), goalMet: meetsGoal(report) } : {}),
    alternatives: HOSTED_ALTERNATIVES,
    sensitivities: report.sensitivities.map(({ difference: differenceUsd, ...each }) => {
      return { ...each, differenceUsd };
    }),
  });
}

/** Names as everywhere in JSON here: `usdPerMonth` is `usd_per_month`. */
function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  const named = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [named(name), inSnakeCase(each)]));
}
