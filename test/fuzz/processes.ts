import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Job } from './run-cases.ts';
import { addTotals, newTotals, type Totals } from './totals.ts';
import type { FromWorker, ToWorker } from './worker.ts';

const WORKER = path.join(import.meta.dirname, 'worker.ts');

export interface ParallelRun {
  readonly seed: number;
  /** At most so many; endless with `Infinity`, until the signal comes. */
  readonly cases: number;
  readonly processes: number;
  /** Ends the run early; the totals are of what was run by then. */
  readonly signal: AbortSignal;
  readonly onProgress: (cases: number) => void;
}

/**
 * Each process takes every n-th case, so that a case has its address whatever their number.
 *
 * @throws {Error} when a process dies
 */
export async function runInProcesses({
  seed,
  cases,
  processes,
  signal,
  onProgress,
}: ParallelRun): Promise<Totals> {
  const done = new Array<number>(processes).fill(0);
  const parts = done.map((_, index) => {
    // JSON has no Infinity.
    const own = Math.min(Math.ceil((cases - index) / processes), Number.MAX_SAFE_INTEGER);
    return runInAProcess({ seed, first: index, stride: processes, cases: own }, signal, (progress) => {
      done[index] = progress;
      onProgress(done.reduce((sum, each) => sum + each, 0));
    });
  });
  const totals = newTotals();
  for (const part of await Promise.all(parts)) addTotals(totals, part);
  return totals;
}

function runInAProcess(job: Job, signal: AbortSignal, onProgress: (cases: number) => void): Promise<Totals> {
  const child: ChildProcess = fork(WORKER, { execArgv: ['--import', 'tsx'] });
  const send = (message: ToWorker) => child.send(message);
  const stop = () => send({ stop: true });
  return new Promise<Totals>((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if ('cases' in message) {
        onProgress(message.cases);
        return;
      }
      resolve(message.totals);
      child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code, killedBy) => reject(new Error(`a process ended with ${killedBy ?? code}`)));
    send({ job });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  }).finally(() => signal.removeEventListener('abort', stop));
}
