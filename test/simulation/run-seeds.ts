import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { addRun, addTotals, newTotals, type Totals } from './report.ts';
import type { Overrides } from './settings.ts';
import { simulateSeed } from './simulate-seed.ts';

/** Seeds `first`, `first + stride`, and so on. */
export interface Job {
  readonly first: number;
  readonly seeds: number;
  readonly stride: number;
  readonly overrides: Overrides;
  readonly firstFailure: boolean;
}

/** What a worker tells while it runs, and when it has ended. */
export type Report = { readonly seeds: number; readonly violations: number } | { readonly totals: Totals };

export interface Running {
  /** Called now and then with how many seeds are done. */
  readonly onProgress: (seeds: number, violations: number) => void;
  /** Ends the run after the seed that it is in. */
  readonly stopped: AbortSignal;
}

/** Runs a job in this process. */
export async function runJob(job: Job, { onProgress, stopped }: Running): Promise<Totals> {
  const { first, seeds, stride, overrides, firstFailure } = job;
  const totals = newTotals();
  for (let index = 0; index < seeds && !stopped.aborted; index++) {
    const seed = first + index * stride;
    addRun(totals, seed, await simulateSeed(seed, overrides));
    onProgress(totals.seeds, totals.violations.length);
    if (firstFailure && totals.violations.length > 0) break;
  }
  return totals;
}

/** Runs a job on all cores: one process each, which takes every n-th seed. */
export async function runOnAllCores(job: Job, { onProgress, stopped }: Running): Promise<Totals> {
  const workers = Math.min(availableParallelism(), job.seeds);
  if (workers === 1) return runJob(job, { onProgress, stopped });
  const done = Array.from({ length: workers }, () => ({ seeds: 0, violations: 0 }));
  const parts = done.map((part, index) => {
    const seeds = Math.ceil((job.seeds - index) / workers);
    return inAProcess(
      { ...job, first: job.first + index, seeds, stride: workers },
      {
        stopped,
        onProgress(doneSeeds, violations) {
          Object.assign(part, { seeds: doneSeeds, violations });
          const sum = (of: 'seeds' | 'violations') => done.reduce((total, each) => total + each[of], 0);
          onProgress(sum('seeds'), sum('violations'));
        },
      },
    );
  });
  const totals = newTotals();
  for (const part of await Promise.all(parts)) addTotals(totals, part);
  return totals;
}

const WORKER = new URL('seeds-worker.ts', import.meta.url);

function inAProcess(job: Job, { onProgress, stopped }: Running): Promise<Totals> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, { execArgv: ['--import', 'tsx'] });
    stopped.addEventListener('abort', () => child.send('stop'));
    child.on('message', (report: Report) => {
      if ('seeds' in report) return onProgress(report.seeds, report.violations);
      resolve(report.totals);
      child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
    child.send(job);
  });
}
