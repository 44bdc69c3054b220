import type { Benchmark } from './benchmark.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { start } from './start/start.ts';
import { endToEnd } from './system/end-to-end.ts';
import { growth, growthMillion } from './system/growth.ts';
import { localQueue } from './system/local-queue.ts';
import { warmConsumer } from './warm-consumer/warm-consumer.ts';
import { warmIngest } from './warm-ingest/warm-ingest.ts';

/** All that `npm run bench` runs, in this order. */
export const benchmarks: readonly Benchmark[] = [
  coldStart,
  warmIngest,
  warmConsumer,
  endToEnd,
  localQueue,
  growth,
  growthMillion,
  start,
];
