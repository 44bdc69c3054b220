import type { BenchContext, Benchmark, BenchResult } from '../benchmark.ts';
import { startHelper } from '../processes/helper-process.ts';
import type { GrowthSummary } from './growth-events.ts';
import { callCounts, growthRows } from './growth-report.ts';
import { type GrowthPlan, type Point, runGrowth, WARM_UP_EVENTS, WINDOW_EVENTS } from './growth-run.ts';
import { GROWTH } from './names.ts';

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
