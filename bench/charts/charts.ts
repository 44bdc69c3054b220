import { countsOf, type RunJson, rowsOf } from '../run.ts';
import { END_TO_END, GROWTH } from '../system/names.ts';
import { type Bar, barsWithSpread } from './bars.ts';
import type { Chart } from './render.ts';

/** Below which benchmark each chart stands. */
export const CHARTS: readonly {
  readonly benchmark: string;
  /** `undefined`: the run holds nothing of it. */
  readonly draw: (run: RunJson) => Chart | undefined;
}[] = [
  { benchmark: 'cold-start', draw: coldStartChart },
  { benchmark: 'warm-ingest', draw: ingestChart },
  { benchmark: 'warm-consumer', draw: callsChart },
  { benchmark: END_TO_END, draw: latencyChart },
  { benchmark: GROWTH, draw: growthChart },
];

/** Import of each bundle above the empty handler's. */
function coldStartChart(run: RunJson) {
  const rows = parsed(rowsOf(run, 'cold-start'), 'subject', /^(ingest|consumer), (.+): import$/);
  const bars = rows.map(({ parts: [group, name], of: { median, q1, q3 } }) => {
    return { group, name, value: median, low: q1, high: q3, isOurs: name.startsWith('ours') };
  });
  return barChart(bars, {
    name: 'cold-start',
    title: 'Cold start: time until the handler is ready',
    says: 'Bars of the import time in milliseconds above that of an empty handler, with quartiles',
    figure: (value) => `${value.toFixed(0)} ms`,
    axis: 'ms above the empty handler (median, quartiles)',
  });
}

/** CPU of each way to take a webhook in, as a multiple of the call that none can do without. */
function ingestChart(run: RunJson) {
  const rows = parsed(rowsOf(run, 'warm-ingest'), 'subject', /^([\d.]+ KB), (.+)$/);
  const bars = rows.flatMap(({ parts: [group, name], of: { median, q1, q3, ratio, against } }) => {
    if (ratio === undefined || against !== 'bare SendMessage') return [];
    const floor = median / ratio;
    return { group, name, value: ratio, low: q1 / floor, high: q3 / floor, isOurs: name === 'ours' };
  });
  return barChart(bars, {
    name: 'warm-ingest',
    title: 'Ingest: CPU for a webhook, as a multiple of the bare SendMessage',
    says: 'Bars of CPU time for each webhook by payload size, divided by that of the bare call',
    figure: (value) => value.toFixed(2),
    axis: 'times the bare SendMessage (dashed)',
    line: 1,
  });
}

/** AWS calls for each event at batches of ten: what DynamoDB's bill is made of. */
function callsChart(run: RunJson) {
  const pattern = /^batch 10, (\d handlers?, \d+ % duplicates): (.+)$/;
  const bars = parsed(countsOf(run, 'warm-consumer'), 'name', pattern).map(
    ({ parts: [group, name], of: { value } }) => {
      return { group, name, value, low: value, high: value, isOurs: name === 'ours' };
    },
  );
  return barChart(bars, {
    name: 'calls-per-event',
    title: 'Consumer: AWS calls for each event, in batches of ten',
    says: 'Bars of AWS calls for each event',
    figure: String,
    axis: 'AWS calls for each event',
  });
}

interface BarChartOptions extends Pick<Chart, 'name' | 'title'> {
  readonly says: string;
  readonly figure: (value: number) => string;
  readonly axis: string;
  readonly line?: number;
}

function barChart(bars: readonly Bar[], { name, title, says, figure, ...options }: BarChartOptions) {
  const told = bars.map((bar) => `${bar.group}, ${bar.name}: ${figure(bar.value)}`);
  if (told.length === 0) return undefined;
  return { name, title, description: `${says}: ${told.join('; ')}.`, spec: barsWithSpread(bars, options) };
}

const NAME = { field: 'name', type: 'nominal', sort: null } as const;
const LOG = { type: 'log' } as const;

/** From POST to COMPLETED, on a logarithmic scale: the systems are far apart. */
function latencyChart(run: RunJson): Chart | undefined {
  const values = parsed(rowsOf(run, END_TO_END), 'subject', /^(.+): latency (p\d+)$/).map(
    ({ parts: [name, percentile], of: { median, q1, q3 } }) => {
      return { name, percentile, value: median, low: q1, high: q3 };
    },
  );
  if (values.length === 0) return undefined;
  const y = { y: { field: 'percentile', type: 'nominal', title: null }, yOffset: NAME } as const;
  const x = (field: string, title: string | null) => {
    return { field, type: 'quantitative' as const, scale: { ...LOG, nice: true }, title };
  };
  return {
    name: 'latency',
    title: 'From POST to COMPLETED at a steady pace',
    description: `Points of latency in milliseconds by percentile, on a logarithmic scale: ${values
      .map(({ name, percentile, value }) => `${name}, ${percentile}: ${value.toFixed(1)} ms`)
      .join('; ')}.`,
    spec: {
      data: { values },
      width: 460,
      height: { step: 30, for: 'position' },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 },
          encoding: {
            ...y,
            color: NAME,
            x: x('low', 'ms, logarithmic (median of the rounds, quartiles)'),
            x2: { field: 'high' },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: { ...y, color: NAME, x: x('value', null) },
        },
        {
          mark: { type: 'text', align: 'left', dx: 10, fontSize: 11 },
          encoding: {
            ...y,
            x: x('high', null),
            text: { field: 'value', type: 'quantitative', format: '.3~r' },
          },
        },
      ],
    },
  };
}

/** CPU of the consumer by what came before: the lines shall be flat. */
function growthChart(run: RunJson): Chart | undefined {
  const pattern = /^(an event|a duplicate), (?:after|with) 10\^(\d) (?:events|records)$/;
  const values = parsed(rowsOf(run, GROWTH), 'subject', pattern).map(
    ({ parts: [name, exponent], of: { median, q1, q3 } }) => {
      return { name, size: 10 ** Number(exponent), value: median, low: q1, high: q3 };
    },
  );
  if (values.length === 0) return undefined;
  const x = {
    field: 'size' as const,
    type: 'quantitative' as const,
    scale: LOG,
    axis: { format: '~s', values: [...new Set(values.map(({ size }) => size))] },
    title: 'events handled before; the last: records in the ledger',
  };
  const low = { type: 'quantitative', title: 'µs (median, quartiles)', scale: { zero: true } } as const;
  return {
    name: 'growth',
    title: 'Consumer: CPU for each event, by what came before',
    description: `Lines of CPU microseconds for each event, with quartiles: ${values
      .map(({ name, size, value }) => `${name} after ${size}: ${value.toFixed(0)} µs`)
      .join('; ')}.`,
    spec: {
      data: { values },
      width: 460,
      height: 220,
      layer: [
        {
          mark: { type: 'area', opacity: 0.2 },
          encoding: { x, y: { field: 'low', ...low }, y2: { field: 'high' }, color: NAME },
        },
        {
          mark: { type: 'line', point: true },
          encoding: { x, y: { field: 'value', type: 'quantitative' }, color: NAME },
        },
      ],
    },
  };
}

/** Those whose text the pattern takes apart into two. */
function parsed<Key extends string, Row extends Readonly<Record<Key, string>>>(
  rows: readonly Row[],
  key: Key,
  pattern: RegExp,
) {
  return rows.flatMap((of) => {
    const [, one, other] = pattern.exec(of[key]) ?? [];
    return one === undefined || other === undefined ? [] : [{ parts: [one, other] as const, of }];
  });
}
