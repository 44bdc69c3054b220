import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { projectDirectory } from '../../lib/project-paths.ts';
import { CommandError } from '../../operator/core/command-error.ts';
import type { BenchContext, Benchmark, BenchResult, BenchRow } from '../benchmark.ts';
import { medianRatio, quartiles } from '../statistics.ts';
import { threadCpu, totalMs } from '../system/thread-cpu.ts';

const ROUNDS = 3;
/** What starts, and then waits for webhooks. */
const SETTLED_AFTER_MS = 5_000;
const IDLE_MS = 8_000;
/** Of the baseline's: version 0.1's is what the goals were set against. */
const GOALS = { ready: 0.6, idle: 0.3, demo: 0.6 } as const;
const SAYS = {
  ready: ['npm start, to its Ctrl-C line', 'ms'],
  idle: ['idle: processor time of each second', 'ms/s'],
  demo: ['npm run demo, whole', 'ms'],
} as const;
type Figure = keyof typeof SAYS;
type Measured = Readonly<Record<Figure, number>>;

/** Needs another checkout to compare with, so it is left out unless it is named. */
export const start: Benchmark = {
  name: 'start',
  says: 'npm start and npm run demo against those of --baseline, another checkout',
  onlyByName: true,
  run: measure,
};

async function measure({ quick, signal, step, baseline }: BenchContext): Promise<BenchResult> {
  if (baseline === undefined)
    throw new CommandError('--only start needs --baseline DIRECTORY: a checkout with its packages');
  const rounds = quick ? 1 : ROUNDS;
  const [here, there]: Measured[][] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    for (const [directory, results] of [
      [baseline, there],
      [projectDirectory, here],
    ] as const) {
      step(`${directory}, round ${round} of ${rounds}`);
      results?.push(await measureOnce(directory, quick, signal));
    }
  }
  const of = (results: readonly Measured[] = [], figure: Figure) => results.map((each) => each[figure]);
  const rows = (Object.keys(SAYS) as Figure[]).flatMap((figure): BenchRow[] => {
    const [subject, unit] = SAYS[figure];
    const [own, other] = [of(here, figure), of(there, figure)];
    return [
      { subject: `${subject}: the baseline`, unit, ...quartiles(other) },
      {
        subject: `${subject}: this one`,
        unit,
        ...quartiles(own),
        ratio: medianRatio(own, other),
        goal: GOALS[figure],
        against: 'the baseline',
      },
    ];
  });
  return { rows, counts: [], remarks: [`the baseline is ${baseline}`], checked: ['every demo ended well'] };
}

async function measureOnce(directory: string, quick: boolean, signal: AbortSignal): Promise<Measured> {
  const [settledMs, idleMs] = quick ? [1_000, 1_000] : [SETTLED_AFTER_MS, IDLE_MS];
  const run = (file: string, ...more: readonly string[]) =>
    spawn(process.execPath, ['--import', 'tsx', file, ...more], {
      cwd: directory,
      signal,
      killSignal: 'SIGINT',
    });
  const startedMs = performance.now();
  const local = run('bin/start.ts', '--port', '0');
  const closed = once(local, 'close');
  let text = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [local.stdout, local.stderr]) {
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        if (text.includes('Ctrl-C')) resolve();
      });
    }
    closed.then(() => reject(new Error(`it ended early:\n${text}`)), reject);
  });
  const ready = performance.now() - startedMs;
  await delay(settledMs, undefined, { signal });
  const { pid = 0 } = local;
  const before = totalMs(await threadCpu(pid));
  await delay(idleMs, undefined, { signal });
  const idle = (totalMs(await threadCpu(pid)) - before) / (idleMs / 1_000);
  local.kill('SIGINT');
  await closed;

  const demoStartedMs = performance.now();
  const demo = run('bin/demo.ts');
  for (const stream of [demo.stdout, demo.stderr]) stream.resume();
  const [code] = await once(demo, 'close');
  if (code !== 0) throw new Error(`the demo of ${directory} ended with ${code}`);
  return { ready, idle, demo: performance.now() - demoStartedMs };
}
