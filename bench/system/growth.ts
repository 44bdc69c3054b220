import type { BenchContext, BenchCount, Benchmark, BenchResult, BenchRow } from '../benchmark.ts';
import { startHelper } from '../processes/helper-process.ts';
import { quartiles } from '../statistics.ts';
import type { GrowthSummary, Window } from './growth-events.ts';
import {
  BASE_EVENTS,
  type GrowthPlan,
  type Point,
  runGrowth,
  WARM_UP_EVENTS,
  WINDOW_EVENTS,
} from './growth-run.ts';
import { GROWTH } from './names.ts';

/** The cost after 10^5 events (and with 10^6 records) against that after 10^3. */
const GOAL = 1.1;

/** A size as the rows name it: `after 10^5 events`, `with 10^6 records`. */
const placeText = ({ size, of }: Pick<Point, 'size' | 'of'>) =>
  `${of === 'events' ? 'after' : 'with'} 10^${Math.round(Math.log10(size))} ${of}`;

export function growthRows(points: readonly Point[]): readonly BenchRow[] {
  const places = [...new Set(points.map(placeText))];
  const base = placeText({ size: BASE_EVENTS, of: 'events' });
  const row = (what: string, place: string, unit: string, valuesOf: (point: Point) => readonly number[]) => {
    const at = (wanted: string) =>
      quartiles(points.filter((point) => placeText(point) === wanted).flatMap(valuesOf));
    const own = at(place);
    return {
      subject: `${what}, ${place}`,
      unit,
      ...own,
      ...(place === base ? {} : { ratio: own.median / at(base).median, against: base }),
    };
  };
  return [
    ...places.map((place) => ({
      ...row('an event', place, 'µs', ({ windows }) => windows.map(consumerUs)),
      ...(place === base ? {} : { goal: GOAL }),
    })),
    ...places.map((place) => row('a duplicate', place, 'µs', ({ duplicates }) => duplicates.map(consumerUs))),
    ...places.map((place) => ({
      ...row('the stand-in for the table', place, 'µs', ({ windows }) =>
        windows.map(({ tableUs }) => tableUs),
      ),
      note: 'not in the rows above',
    })),
    ...places.map((place) =>
      row('heap after a collection', place, 'MB', ({ heapBytes }) => [heapBytes / 1e6]),
    ),
  ];
}

const consumerUs = (window: Window) => window.consumerUs;

/** AWS calls: the same in each window, or something is wrong. */
export function callCounts(points: readonly Point[]): readonly BenchCount[] {
  return [...new Set(points.map(placeText))].flatMap((place) => {
    const at = points.filter((point) => placeText(point) === place);
    return [
      { name: `an event, ${place}`, value: callsOf(at.flatMap(({ windows }) => windows)), unit: 'AWS calls' },
      {
        name: `a duplicate, ${place}`,
        value: callsOf(at.flatMap(({ duplicates }) => duplicates)),
        unit: 'AWS calls',
      },
    ];
  });
}

function callsOf(windows: readonly Window[]): number {
  const [calls = 0, ...others] = new Set(windows.map((window) => window.calls));
  if (others.length > 0) throw new Error(`calls for each event differ: ${[calls, ...others].join(', ')}`);
  return calls;
}

const MILLION = 1_000_000;
const FULL: readonly GrowthPlan[] = [{ events: 100_000 }, { events: 100_000, fillTo: MILLION }];
const QUICK: readonly GrowthPlan[] = [{ events: 10_000, fillTo: 100_000 }];

export const growth: Benchmark = {
  name: GROWTH,
  says: 'CPU, calls and memory of the consumer, after 10^3 to 10^5 events and with 10^6 records',
  run: (context) => measure(context, context.quick ? QUICK : FULL),
};

/** All of a million events through the code: minutes. */
export const growthMillion: Benchmark = {
  name: 'growth-million',
  says: 'the same after 10^6 events; takes minutes, so it runs only when it is named',
  onlyByName: true,
  run: (context) => measure(context, [{ events: context.quick ? 10_000 : MILLION }]),
};

async function measure({ signal, step }: BenchContext, plans: readonly GrowthPlan[]): Promise<BenchResult> {
  const points: Point[] = [];
  const summaries: GrowthSummary[] = [];
  for (const [index, plan] of plans.entries()) {
    const helper = startHelper({
      script: `${import.meta.dirname}/growth-process.ts`,
      environment: { POWERTOOLS_METRICS_NAMESPACE: 'Bench', POWERTOOLS_SERVICE_NAME: 'bench' },
      signal,
    });
    const ofProcess = `process ${index + 1} of ${plans.length}`;
    try {
      summaries.push(await runGrowth(helper, plan, points, (text) => step(`${ofProcess}: ${text}`)));
    } finally {
      await helper.stop();
    }
  }
  const largest = summaries.toSorted((one, other) => other.ledgerBytes - one.ledgerBytes)[0];
  const count = (value = 0) => value.toLocaleString('en-US');
  return {
    rows: growthRows(points),
    counts: callCounts(points),
    remarks: [
      `batches of 10 through the production code of consumer, router, metrics and ledger; ${WINDOW_EVENTS} events are one measurement, after ${count(WARM_UP_EVENTS)} that warm up; ${plans.length === 1 ? 'one process' : `${plans.length} processes`}`,
      "the ledger's table is the simulation's, with every condition honoured, and keeps finished records outside of the heap: they shall not be what grows; its processor time is measured apart and taken out",
      `the largest ledger held ${count(largest?.records)} records in ${count(Math.round((largest?.ledgerBytes ?? 0) / 1e6))} MB, of which ${count(largest?.filled)} are copies of one that the code wrote; a duplicate is any of them, delivered again`,
    ],
    checked: summaries.map(
      ({ processed, duplicates }) =>
        `${count(processed)} events completed in one attempt each, ${count(duplicates)} duplicates known as such, nothing left open`,
    ),
  };
}
