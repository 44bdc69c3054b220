import { availableParallelism } from 'node:os';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { Metric } from '../../lambdas/contract/metrics.ts';
import {
  type LocalCloud,
  type LocalCloudEvent,
  type LocalFunction,
  startLocalCloud,
} from '../../local/cloud.ts';
import { BENCH_SECRET } from '../far-end/bench-secret.ts';
import { httpEvent } from '../far-end/lambda-events.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { CompletionLog, type CpuParts, type Question } from './subject.ts';
import { threadCpu } from './thread-cpu.ts';

// The local cloud in a process of its own: ASSEMBLY_DIRECTORY
const [assemblyDirectory = ''] = process.argv.slice(2);
const log = new CompletionLog();
const metrics: Record<string, number> = {};
let cloud: LocalCloud | undefined;
const threads: Record<'ingest' | 'consumer', ReadonlySet<number>> = {
  ingest: new Set(),
  consumer: new Set(),
};

/** As many as the local functions start while they compute: warmed up first, so that each thread's function is known. */
const INSTANCES = Math.max(2, availableParallelism());

function observe(event: LocalCloudEvent): void {
  if (event.type === 'metric') {
    metrics[event.name] = (metrics[event.name] ?? 0) + event.values.reduce((sum, value) => sum + value, 0);
  }
  if (event.type !== 'batch-settled') return;
  for (const { attributes, outcome } of event.records) {
    // COMPLETED is in the ledger before a message is acknowledged.
    if (outcome === 'acknowledged') log.add(attributes[MessageAttribute.SVIX_ID] ?? '');
  }
}

/** @returns the threads that its execution environments run in */
async function warmUp(fn: LocalFunction, instances: number, payload: string): Promise<ReadonlySet<number>> {
  const before = new Set((await threadCpu(process.pid)).keys());
  await Promise.all(Array.from({ length: instances }, () => fn.invoke(payload)));
  const after = [...(await threadCpu(process.pid)).keys()].filter((thread) => !before.has(thread));
  if (after.length !== fn.initCount) {
    throw new Error(`${after.length} threads came with ${fn.initCount} execution environments`);
  }
  return new Set(after);
}

async function start() {
  cloud = await startLocalCloud({ assemblyDirectory, observer: observe, secret: BENCH_SECRET });
  const { ingest, consumer } = cloud.functions;
  // Not signed: refused, so that nothing reaches the queue yet.
  const unsigned = JSON.stringify({ ...httpEvent('{}'), headers: {} });
  threads.ingest = await warmUp(ingest, INSTANCES, unsigned);
  threads.consumer = await warmUp(consumer, INSTANCES, JSON.stringify({ Records: [] }));
  return { webhookUrl: cloud.webhookUrl };
}

async function cpu(): Promise<CpuParts> {
  const parts = { main: 0, ingest: 0, consumer: 0, helpers: 0 };
  for (const [thread, ms] of await threadCpu(process.pid)) {
    if (thread === process.pid) parts.main += ms;
    else if (threads.ingest.has(thread)) parts.ingest += ms;
    else if (threads.consumer.has(thread)) parts.consumer += ms;
    // Node.js's own: garbage collection, compilation, files.
    else parts.helpers += ms;
  }
  return parts;
}

function summary() {
  const { initCount: ingest } = cloud?.functions.ingest ?? { initCount: 0 };
  const { initCount: consumer } = cloud?.functions.consumer ?? { initCount: 0 };
  if (ingest !== threads.ingest.size || consumer !== threads.consumer.size) {
    throw new Error('an execution environment was started under load: its processor time is not counted');
  }
  const processed = metrics[Metric.EVENTS_PROCESSED] ?? 0;
  const accepted = metrics[Metric.EVENTS_ACCEPTED] ?? 0;
  if (processed !== log.runs.size || accepted !== log.runs.size) {
    throw new Error(`${accepted} events accepted, ${processed} completed, ${log.runs.size} acknowledged`);
  }
  return { runs: log.runs };
}

answerQuestions(async (question: Question) => {
  switch (question.ask) {
    case 'start':
      return start();
    case 'completions':
      return log.take(question.count, question.withinMs);
    case 'cpu':
      return cpu();
    case 'summary':
      return summary();
  }
});
