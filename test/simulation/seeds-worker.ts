import { type Job, type Report, runJob } from './run-seeds.ts';

/** A process of `runOnAllCores`: told its job or to stop, it tells how far it is, and its totals. */
const SEEDS_BETWEEN_REPORTS = 20;
const stop = new AbortController();
const send = (report: Report) => process.send?.(report);

// Ctrl-C reaches the whole group: the parent decides, and wants the totals.
process.on('SIGINT', () => undefined);
process.on('message', (message: Job | 'stop') => {
  if (message === 'stop') return stop.abort();
  const onProgress = (seeds: number, violations: number) => {
    if (seeds % SEEDS_BETWEEN_REPORTS === 0) send({ seeds, violations });
  };
  void runJob(message, { onProgress, stopped: stop.signal }).then((totals) => send({ totals }));
});
