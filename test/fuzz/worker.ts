import process from 'node:process';
import { type Job, runCases } from './run-cases.ts';
import type { Totals } from './totals.ts';

/** From the parent: what to run, then perhaps to stop early. */
export type ToWorker = { readonly job: Job } | { readonly stop: true };
/** To the parent: how far it has come; at last the totals. */
export type FromWorker = { readonly cases: number } | { readonly totals: Totals };

const PROGRESS_EVERY_MS = 500;

let stopped = false;
const tell = (message: FromWorker) => process.send?.(message);

// A Ctrl-C reaches every process of the terminal. The parent decides, and still wants the totals.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());

process.on('message', (message: ToWorker) => {
  if ('stop' in message) stopped = true;
  else void run(message.job);
});

async function run(job: Job): Promise<void> {
  let toldAtMs = performance.now();
  const totals = await runCases(
    job,
    () => stopped,
    ({ cases }) => {
      const nowMs = performance.now();
      if (nowMs - toldAtMs < PROGRESS_EVERY_MS) return;
      toldAtMs = nowMs;
      tell({ cases });
    },
  );
  tell({ totals });
}
