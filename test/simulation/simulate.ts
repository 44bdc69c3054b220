import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { FAULTS, type Fault } from './faults.ts';
import { addRun, addTotals, describeTotals, newTotals, type Totals, unreached } from './report.ts';
import type { Overrides } from './settings.ts';
import { replayCommand, shrink, traceOf } from './shrink.ts';
import { simulateSeed } from './simulate-seed.ts';

const USAGE = `npm run simulate -- [--seeds N] [--seed FIRST] [--events N] [--without FAULT,FAULT] [--first-failure] [--brief]

  --seeds N         how many seeds to run; default 1000, or 1 with --seed alone
  --seed FIRST      the first seed; default 1
  --events N        events per run; default: what the seed says
  --without LIST    faults to leave out: ${FAULTS.join(', ')}
  --first-failure   stop at the first seed that breaks a promise
  --brief           print the violations alone, neither shrunk nor traced
`;
/** A run of this many seeds must reach everything. */
const SEEDS_THAT_REACH_ALL = 500;
const print = (text: string) => process.stdout.write(`${text}\n`);

interface Job {
  readonly first: number;
  readonly seeds: number;
  readonly stride: number;
  readonly overrides: Overrides;
  readonly firstFailure: boolean;
  readonly brief: boolean;
}

async function runJob({ first, seeds, stride, overrides, firstFailure }: Job): Promise<Totals> {
  const totals = newTotals();
  for (let index = 0; index < seeds; index++) {
    const seed = first + index * stride;
    addRun(totals, seed, await simulateSeed(seed, overrides));
    if (firstFailure && totals.violations.length > 0) break;
  }
  return totals;
}

/** One process a core; each takes every n-th seed. */
async function runOnAllCores(job: Job): Promise<Totals> {
  const workers = Math.min(availableParallelism(), job.seeds);
  if (workers === 1) return runJob(job);
  const parts = Array.from({ length: workers }, (_, index) => {
    const seeds = Math.ceil((job.seeds - index) / workers);
    return inAProcess({ ...job, first: job.first + index, seeds, stride: workers });
  });
  const totals = newTotals();
  for (const part of await Promise.all(parts)) addTotals(totals, part);
  return totals;
}

function inAProcess(job: Job): Promise<Totals> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, { execArgv: ['--import', 'tsx'] });
    child.on('message', (totals) => {
      resolve(totals as Totals);
      child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
    child.send(job);
  });
}

function readOptions(): Job {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      events: { type: 'string' },
      without: { type: 'string' },
      'first-failure': { type: 'boolean', default: false },
      brief: { type: 'boolean', default: false },
    },
  });
  const number = (text: string | undefined, otherwise: number) => {
    const value = text === undefined ? otherwise : Number(text);
    if (!Number.isInteger(value) || value < 1) throw new TypeError(`${text} is not a whole number from 1`);
    return value;
  };
  const without = (values.without ?? '').split(',').filter((name) => name !== '');
  const unknown = without.find((name) => !(FAULTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new TypeError(`${unknown} is no fault`);
  return {
    first: number(values.seed, 1),
    seeds: number(values.seeds, values.seed === undefined ? 1_000 : 1),
    stride: 1,
    firstFailure: values['first-failure'],
    brief: values.brief,
    overrides: {
      without: without as Fault[],
      ...(values.events === undefined ? {} : { events: number(values.events, 1) }),
    },
  };
}

async function explain(totals: Totals, { overrides, brief }: Job): Promise<void> {
  const seen = new Set<string>();
  for (const { seed, check, detail, eventId } of totals.violations) {
    if (seen.has(check)) continue;
    seen.add(check);
    print(`\nVIOLATION of ${check} (seed ${seed}, event ${eventId}): ${detail}`);
    if (brief) continue;
    const isWhole = overrides.events === undefined && (overrides.without ?? []).length === 0;
    const { events = 0, without = [] } = isWhole ? await shrink(seed, check) : overrides;
    const shrunk = { events, without };
    print(`replay: ${replayCommand(seed, shrunk)}`);
    print(await traceOf(seed, check, shrunk));
  }
}

async function main(): Promise<number> {
  let job: Job;
  try {
    job = readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const startedAtMs = performance.now();
  const totals = await runOnAllCores(job);
  if (!job.brief) print(describeTotals(totals, performance.now() - startedAtMs));
  await explain(totals, job);
  const missing = totals.seeds >= SEEDS_THAT_REACH_ALL ? unreached(totals) : [];
  for (const name of missing) print(`NOT REACHED: ${name}`);
  print(`\n${totals.violations.length} violations in ${totals.seeds} seeds`);
  return totals.violations.length > 0 || missing.length > 0 ? 1 : 0;
}

if (process.send === undefined) {
  process.exitCode = await main();
} else {
  process.once('message', (job) => {
    void runJob(job as Job).then((totals) => process.send?.(totals));
  });
}
