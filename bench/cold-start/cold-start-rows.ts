import type { BenchRow } from '../benchmark.ts';
import { type Quartiles, quartiles } from '../statistics.ts';
import type { ColdStart } from './cold-start-process.ts';
import { type Family, FLOOR, OURS, type Subject } from './subjects.ts';

type Starts = ReadonlyMap<Subject, readonly ColdStart[]>;
type Time = 'readyMs' | 'answeredMs';

/** By a part of the rival's name. The consumer makes a call as it loads, so that its import alone tells nothing. */
const GOALS: Readonly<Record<Exclude<Family, 'floor'>, Readonly<Record<string, number>>>> = {
  // Half of the usual way, once the goal, is below what the SDK alone takes: the distance to the floor tells more.
  ingest: {},
  consumer: { 'SDK inside': 0.75, 'our bundling': 0.9 },
};
const JUDGED: Readonly<Record<Family, Time>> = {
  floor: 'readyMs',
  ingest: 'readyMs',
  consumer: 'answeredMs',
};
const TIMES = { readyMs: 'import', answeredMs: 'first answer' } as const;

/** Medians net of the empty handler; ratios are of ours to each other one. */
export function coldStartRows(starts: Starts): readonly BenchRow[] {
  const floors = [...starts].find(([{ family }]) => family === 'floor')?.[1] ?? [];
  const floor: Record<Time, number> = {
    readyMs: quartiles(floors.map(({ readyMs }) => readyMs)).median,
    answeredMs: quartiles(floors.map(({ answeredMs }) => answeredMs)).median,
  };
  const net = (times: readonly ColdStart[], time: Time) =>
    quartiles(times.map((each) => each[time] - floor[time]));
  const rows: BenchRow[] = [];
  for (const time of ['readyMs', 'answeredMs'] as const) {
    const gross = quartiles(floors.map((each) => each[time]));
    rows.push({ subject: `empty handler: ${TIMES[time]}`, unit: 'ms', ...gross, note: 'gross' });
  }
  for (const family of ['ingest', 'consumer'] as const) {
    const members = [...starts].filter(([subject]) => subject.family === family);
    for (const time of ['readyMs', 'answeredMs'] as const) {
      const ours = members.find(([{ name }]) => name === OURS);
      if (ours === undefined) continue;
      const deployed = net(ours[1], time);
      for (const [subject, times] of members) {
        rows.push(rowOf(subject, time, net(times, time), deployed, cpuNote(times)));
      }
    }
  }
  return rows;
}

function rowOf(subject: Subject, time: Time, own: Quartiles, deployed: Quartiles, cpu: string): BenchRow {
  const { family, name } = subject;
  const isOurs = name === OURS;
  const goal =
    time === JUDGED[family] && family !== 'floor' && !name.startsWith('ours')
      ? Object.entries(GOALS[family]).find(([part]) => name.endsWith(part))?.[1]
      : undefined;
  return {
    subject: `${family}, ${name}: ${TIMES[time]}`,
    unit: 'ms',
    ...own,
    ...(isOurs ? {} : { ratio: deployed.median / own.median, against: 'ratio: ours to this' }),
    ...(name === FLOOR
      ? { ratio: own.median / deployed.median, against: 'the floor; ratio: this to ours' }
      : {}),
    ...(goal === undefined ? {} : { goal }),
    ...(time === 'answeredMs' ? { note: cpu } : {}),
  };
}

function cpuNote(times: readonly ColdStart[]): string {
  const [whole, call] = (['cpuMs', 'callCpuMs'] as const).map((of) =>
    quartiles(times.map((each) => each[of])).median.toFixed(0),
  );
  return `CPU of the process ${whole} ms, of the first call ${call} ms`;
}
