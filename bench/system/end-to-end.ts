import { projectDirectory } from '../../lib/project-paths.ts';
import { buildAssembly } from '../../local/build-assembly.ts';
import { Teardown } from '../../local/teardown.ts';
import type { BenchContext, Benchmark, BenchResult } from '../benchmark.ts';
import { startRedis } from '../processes/redis.ts';
import { inWorkspace } from '../processes/workspace.ts';
import { engineCpuMs } from './bare-engine-calls.ts';
import { endToEndRows, type Measured } from './end-to-end-rows.ts';
import { type Load, type LoadResult, putLoad } from './load.ts';
import { END_TO_END } from './names.ts';
import type { CpuParts } from './subject.ts';
import { type System, startBullMq, startLocalPipeline } from './systems.ts';

interface Size {
  /** Before the rounds, for each system: until its code is compiled as it will stay. */
  readonly warmUp: Load;
  readonly rounds: number;
  readonly flood: Load;
  readonly pace: Load;
  readonly engineEvents: number;
}

const FULL: Size = {
  warmUp: { events: 3_000, concurrency: 24 },
  rounds: 5,
  flood: { events: 400, concurrency: 24 },
  pace: { events: 100, concurrency: 64, perSecond: 20 },
  engineEvents: 1_000,
};
const QUICK: Size = {
  warmUp: { events: 200, concurrency: 24 },
  rounds: 2,
  flood: { events: 100, concurrency: 24 },
  pace: { events: 20, concurrency: 64, perSecond: 20 },
  engineEvents: 100,
};
const ENGINE_RUNS = 3;

export const endToEnd: Benchmark = {
  name: END_TO_END,
  says: 'events a second, and time from POST to COMPLETED, against Express and BullMQ on Redis',
  run: (context) => inWorkspace((directory) => measure(context, directory)),
};

async function measure(context: BenchContext, directory: string): Promise<BenchResult> {
  const { quick, signal, step } = context;
  const size = quick ? QUICK : FULL;
  const teardown = new Teardown();
  try {
    const assemblyDirectory = await buildAssembly(directory, step, { projectDirectory });
    signal.throwIfAborted();
    step('starting');
    const systems = [await startLocalPipeline(assemblyDirectory, signal)];
    teardown.add(() => Promise.all(systems.map((system) => system.stop())));
    const redis = await startRedis();
    if (redis !== undefined) systems.push(await startBullMq(redis, signal));
    const measured = await inRounds(systems, size, context);
    const checked = await Promise.all(systems.map((system) => checkSummary(system, size)));
    await teardown.run();
    const engineMs: number[] = [];
    for (let run = 1; run <= ENGINE_RUNS; run += 1) {
      step(`the engines alone, ${run} of ${ENGINE_RUNS}`);
      engineMs.push(await engineCpuMs(size.engineEvents, signal));
    }
    return {
      rows: endToEndRows(measured, engineMs),
      counts: [],
      remarks: [...(redis === undefined ? [LEFT_OUT] : []), ...remarksOn(size)],
      checked,
    };
  } finally {
    await teardown.run();
  }
}

const LEFT_OUT =
  'LEFT OUT: Express and BullMQ on Redis, because there is no redis-server on the PATH (apt-get install redis-server)';

const remarksOn = ({ warmUp, flood, pace, rounds }: Size) => [
  `throughput: ${flood.events} events at once, ${flood.concurrency} requests under way; latency: ${pace.perSecond} events a second for ${pace.events / (pace.perSecond ?? 1)} s; ${rounds} rounds of each, the systems in turn, after ${warmUp.events.toLocaleString('en-US')} events that warm up`,
  'ours runs on stand-ins for API Gateway, SQS, DynamoDB and Lambda that share these cores: it says what a laptop does, not what AWS does',
  'Redis keeps everything in memory and is told to save nothing; SQS and DynamoDB write to several places before they answer',
];

async function inRounds(
  systems: readonly System[],
  size: Size,
  { signal, step }: BenchContext,
): Promise<readonly Measured[]> {
  const measured = systems.map((system) => ({
    system,
    name: system.name,
    floods: [] as LoadResult[],
    paces: [] as LoadResult[],
    cpu: [] as CpuParts[],
  }));
  for (const system of systems) {
    step(`${system.name}, warming up`);
    await putLoad(system, size.warmUp, signal);
  }
  for (let round = 1; round <= size.rounds; round += 1) {
    for (const { system, floods, paces, cpu } of measured) {
      step(`${system.name}, round ${round} of ${size.rounds}`);
      const before = await system.cpu();
      floods.push(await putLoad(system, size.flood, signal));
      cpu.push(perEvent(before, await system.cpu(), size.flood.events));
      paces.push(await putLoad(system, size.pace, signal));
    }
  }
  return measured;
}

function perEvent(before: CpuParts, after: CpuParts, events: number): CpuParts {
  return Object.fromEntries(
    Object.entries(after).map(([part, ms]) => [part, (ms - (before[part] ?? 0)) / events]),
  );
}

async function checkSummary(system: System, { warmUp, rounds, flood, pace }: Size): Promise<string> {
  const expected = warmUp.events + rounds * (flood.events + pace.events);
  const { completed, done } = await system.summary();
  if (completed !== expected || done !== expected) {
    throw new Error(`${system.name}: of ${expected} events ${completed} were completed, in ${done} runs`);
  }
  return `${system.name}: each of ${expected.toLocaleString('en-US')} events completed, and once`;
}
