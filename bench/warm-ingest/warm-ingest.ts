import { aboveFloorRow } from '../above-floor.ts';
import type { BenchContext, Benchmark, BenchResult, BenchRow } from '../benchmark.ts';
import { startFarEnd } from '../far-end/far-end.ts';
import { functionEnvironment } from '../far-end/function-environment.ts';
import { startRedis } from '../processes/redis.ts';
import { inWorkspace } from '../processes/workspace.ts';
import { medianRatio, quartiles } from '../statistics.ts';
import {
  bundleSubjects,
  FLOOR,
  type IngestSubject,
  OURS,
  type Segment,
  startSubjects,
  TUTORIAL,
  USUAL,
} from './subjects.ts';

/** Many short ones: what else the machine does then falls on all subjects alike. */
const ROUNDS = 15;
/** Of the same code, one process is up to a fifth slower than another for all its life (run): so several. */
const GENERATIONS = 3;
const QUICK_ROUNDS = 2;
/** Until V8 has compiled what is hot (run: the time for a call falls for 2,500 calls). */
const WARM_UP: readonly Segment[] = [
  { bytes: 500, calls: 2_500 },
  { bytes: 5_000, calls: 300 },
  { bytes: 350_000, calls: 40 },
];
const QUICK_WARM_UP: readonly Segment[] = [{ bytes: 500, calls: 100 }];
const SEGMENTS: readonly Segment[] = [
  { bytes: 500, calls: 60 },
  { bytes: 5_000, calls: 60 },
  { bytes: 350_000, calls: 8 },
];
/** Of the CPU time of the bare call. */
const SMALL_GOAL = 1.2;
/** Of what the usual way needs above the bare call. */
const LARGE_GOAL = 0.25;
const LARGE_BYTES = 100_000;

export const warmIngest: Benchmark = {
  name: 'warm-ingest',
  says: 'CPU time for each accepted webhook at 0.5, 5 and 350 KB',
  run: (context) => inWorkspace((directory) => measure(context, directory)),
};

/** Segment → subject → microseconds for each webhook, one figure a round. */
type Samples = ReadonlyMap<Segment, Map<string, number[]>>;

async function measure({ quick, signal, step }: BenchContext, directory: string): Promise<BenchResult> {
  step('bundling');
  const entries = await bundleSubjects(directory);
  const farEnd = await startFarEnd(signal);
  const redis = await startRedis();
  try {
    const { acceptingUrl, dynamoDbUrl } = farEnd;
    const environment = functionEnvironment({ acceptingUrl, dynamoDbUrl });
    const samples: Samples = new Map(SEGMENTS.map((segment) => [segment, new Map()]));
    let sent = 0;
    const run = async ({ name, measure: cpuUsOf }: IngestSubject, segment: Segment) => {
      if (name !== TUTORIAL) sent += segment.calls;
      return (await cpuUsOf(segment)) / segment.calls;
    };
    const generations = quick ? 1 : GENERATIONS;
    const rounds = quick ? QUICK_ROUNDS : ROUNDS;
    for (let generation = 1; generation <= generations; generation += 1) {
      const subjects = await startSubjects(entries, { environment, redis, signal });
      try {
        for (const subject of subjects) {
          step(`processes ${generation} of ${generations}: warming up ${subject.name}`);
          for (const segment of quick ? QUICK_WARM_UP : WARM_UP) await run(subject, segment);
        }
        for (let round = 1; round <= rounds; round += 1) {
          step(`processes ${generation} of ${generations}: round ${round} of ${rounds}`);
          for (const segment of SEGMENTS) {
            for (const subject of subjects) {
              add(samples.get(segment), subject.name, await run(subject, segment));
            }
          }
        }
      } finally {
        await Promise.all(subjects.map((subject) => subject.stop()));
      }
    }
    const { SendMessage } = await farEnd.takeCounts();
    if (SendMessage !== sent) throw new Error(`the far end got ${SendMessage} of ${sent} messages`);
    return {
      rows: SEGMENTS.flatMap((segment) => rowsOf(segment, samples.get(segment) ?? new Map())),
      counts: [{ name: 'AWS calls for a webhook, ours', value: 1, unit: 'SendMessage' }],
      remarks: [
        redis === undefined
          ? 'LEFT OUT: Express + BullMQ. There is no redis-server here; apt-get install redis-server'
          : "Express + BullMQ holds the parsing of HTTP, which API Gateway and Lambda's runtime do for the others",
        'CPU time is user and system time of the whole process; the far end has a process of its own',
      ],
      checked: [
        `every webhook was answered 200, and the far end got all ${sent} messages of the functions`,
        ...(redis === undefined ? [] : ['BullMQ held one job for each webhook after each round']),
      ],
    };
  } finally {
    await Promise.all([farEnd.stop(), redis?.stop()]);
  }
}

function add(bySubject: Map<string, number[]> | undefined, name: string, value: number): void {
  const known = bySubject?.get(name);
  if (known === undefined) bySubject?.set(name, [value]);
  else known.push(value);
}

function rowsOf({ bytes }: Segment, samples: ReadonlyMap<string, readonly number[]>): BenchRow[] {
  const of = (name: string) => samples.get(name) ?? [];
  const size = `${bytes / 1000} KB`;
  const isSmall = bytes < LARGE_BYTES;
  return [
    ...[...samples.keys()].map((name) => ({
      subject: `${size}, ${name}`,
      unit: 'µs',
      ...quartiles(of(name)),
      ...(name === FLOOR ? {} : { ratio: medianRatio(of(name), of(FLOOR)), against: FLOOR }),
      ...(name === OURS && isSmall ? { goal: SMALL_GOAL } : {}),
    })),
    aboveFloorRow({
      subject: `${size}, ours above the bare call`,
      against: 'the usual way above the bare call',
      ours: of(OURS),
      rival: of(USUAL),
      floor: of(FLOOR),
      ...(isSmall ? {} : { goal: LARGE_GOAL }),
    }),
  ];
}
