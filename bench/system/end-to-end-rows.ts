import type { BenchRow } from '../benchmark.ts';
import { quantile, quartiles } from '../statistics.ts';
import type { LoadResult } from './load.ts';
import { FUNCTION_CPU_ROWS } from './names.ts';
import type { CpuParts } from './subject.ts';

/** What was measured of one system, round by round. */
export interface Measured {
  readonly name: string;
  readonly floods: readonly LoadResult[];
  readonly paces: readonly LoadResult[];
  /** Processor time of each flood in milliseconds for each event, by part. */
  readonly cpu: readonly CpuParts[];
}

/** How the parts are called, in the order of an event's way. */
const PART_NAMES: Readonly<Record<string, string>> = {
  ingest: FUNCTION_CPU_ROWS.ingest,
  consumer: FUNCTION_CPU_ROWS.consumer,
  main: 'CPU of the main thread: gateway, poller, engines',
  helpers: "CPU of Node.js's own threads: collector, compiler",
  web: 'CPU of Express, svix and the enqueueing',
  worker: 'CPU of the BullMQ worker',
  redis: 'CPU of Redis',
};
const PERCENTILES = [50, 95, 99] as const;

/** Milliseconds from POST to COMPLETED, at 20 events a second. */
const GOAL_P50_MS = 10;
/** A quarter of the rival's throughput. */
const GOAL_TIMES_SLOWER = 4;
/** Half of version 0.1's 10.0 ms, measured by this benchmark on a machine of this kind. */
const GOAL_CPU_MS = 5;

export function endToEndRows(all: readonly Measured[], engineMs: readonly number[]): readonly BenchRow[] {
  const [ours, ...rivals] = all;
  if (ours === undefined) return [];
  return [
    ...goalRows(ours, rivals[0]),
    ...all.flatMap((each) => loadRows(each, rivals[0])),
    ...all.flatMap(cpuRows),
    {
      subject: 'CPU of the engines alone, called as often',
      unit: 'ms/event',
      ...quartiles(engineMs),
      note: "their share of the main thread's",
    },
    ...all.map((each) => engineShareRow(each, engineMs)),
  ];
}

const perSecond = ({ events, tookMs }: LoadResult) => (events / tookMs) * 1_000;
const latency =
  (percentile: number) =>
  ({ latenciesMs }: LoadResult) =>
    quantile(
      [...latenciesMs].sort((one, other) => one - other),
      percentile / 100,
    );

const sumOf = (parts: CpuParts) => Object.values(parts).reduce((sum, ms) => sum + ms, 0);

function goalRows(ours: Measured, rival: Measured | undefined): readonly BenchRow[] {
  const msEach = ({ floods }: Measured) => quartiles(floods.map(({ events, tookMs }) => tookMs / events));
  const own = msEach(ours);
  return [
    {
      subject: 'goal: latency p50 at 20 events a second',
      unit: 'ms',
      ...quartiles(ours.paces.map(latency(50))),
      goal: GOAL_P50_MS,
    },
    {
      subject: 'goal: time for each event of a flood',
      unit: 'ms/event',
      ...own,
      ...(rival === undefined
        ? {}
        : { ratio: own.median / msEach(rival).median, goal: GOAL_TIMES_SLOWER, against: rival.name }),
    },
    {
      subject: 'goal: CPU of all parts',
      unit: 'ms/event',
      ...quartiles(ours.cpu.map(sumOf)),
      goal: GOAL_CPU_MS,
      note: 'half of version 0.1’s 10.0 ms',
    },
  ];
}

function loadRows(each: Measured, rival: Measured | undefined): readonly BenchRow[] {
  const compare = (own: number, of: (measured: Measured) => readonly number[]) =>
    rival === undefined || rival === each
      ? {}
      : { ratio: own / quartiles(of(rival)).median, against: rival.name };
  const row = (subject: string, unit: string, of: (measured: Measured) => readonly number[]): BenchRow => {
    const own = quartiles(of(each));
    return { subject: `${each.name}: ${subject}`, unit, ...own, ...compare(own.median, of) };
  };
  return [
    row('throughput', 'events/s', ({ floods }) => floods.map(perSecond)),
    ...PERCENTILES.map((percentile) =>
      row(`latency p${percentile}`, 'ms', ({ paces }) => paces.map(latency(percentile))),
    ),
  ];
}

function cpuRows({ name, cpu }: Measured): readonly BenchRow[] {
  return Object.entries(PART_NAMES).flatMap(([part, subject]) => {
    const values = cpu.flatMap((parts) => parts[part] ?? []);
    return values.length === 0 ? [] : [{ subject, unit: 'ms/event', ...quartiles(values), note: name }];
  });
}

/** Of ours the engines are those that stand in for AWS; of the rival it is its own Redis. */
function engineShareRow({ name, cpu }: Measured, engineMs: readonly number[]): BenchRow {
  const alone = quartiles(engineMs).median;
  const shares = cpu.map((parts) => {
    return ((parts['redis'] ?? alone) / sumOf(parts)) * 100;
  });
  return { subject: `${name}: the engines' share of all CPU`, unit: '%', ...quartiles(shares) };
}
