import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { Metric } from '../../lambdas/contract/metrics.ts';
import {
  type LocalCloud,
  type LocalCloudEvent,
  type LocalFunction,
  startLocalCloud,
} from '../../local/cloud.ts';
import { BENCH_SECRET } from '../far-end/function-environment.ts';
import { httpEvent } from '../far-end/lambda-events.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { CompletionLog, type CpuParts, type Question, type Summary } from './subject.ts';
import { threadCpu } from './thread-cpu.ts';

// The local cloud in a process of its own: ASSEMBLY_DIRECTORY
const [assemblyDirectory = ''] = process.argv.slice(2);
const log = new CompletionLog();
const metrics: Record<string, number> = {};
let cloud: LocalCloud | undefined;
const threads = { ingest: new Set<number>(), consumer: new Set<number>() };
let known: ReadonlySet<number> = new Set();

/** As many as the local functions start while they compute. On a machine that is busy more may follow. */
const INSTANCES = Math.max(2, availableParallelism());

function observe(event: LocalCloudEvent): void {
  if (event.type === 'metric') {
    metrics[event.name] = (metrics[event.name] ?? 0) + event.values.reduce((sum, value) => sum + value, 0);
  }
  if (event.type === 'invocation-ended' && event.initMs !== undefined) claimThread(event.functionName);
  if (event.type !== 'batch-settled') return;
  for (const { attributes, outcome } of event.records) {
    // COMPLETED is in the ledger before a message is acknowledged.
    if (outcome === 'acknowledged') log.add(attributes[MessageAttribute.SVIX_ID] ?? '');
  }
}

/** The one thread that came with an execution environment, once all of Node.js's own are there. */
function claimThread(functionName: string): void {
  const owner = functionName === cloud?.functions.ingest.name ? threads.ingest : threads.consumer;
  for (const thread of currentThreads()) {
    if (!known.has(thread) && !threads.ingest.has(thread) && !threads.consumer.has(thread)) owner.add(thread);
  }
}

function currentThreads(): readonly number[] {
  return readdirSync(`/proc/${process.pid}/task`).map(Number);
}

async function warmUp(fn: LocalFunction, payload: string): Promise<void> {
  await Promise.all(Array.from({ length: INSTANCES }, () => fn.invoke(payload)));
}

async function start() {
  cloud = await startLocalCloud({ assemblyDirectory, observer: observe, secret: BENCH_SECRET });
  const { ingest, consumer } = cloud.functions;
  // Not signed: refused, so that nothing reaches the queue yet.
  const unsigned = JSON.stringify({ ...httpEvent('{}'), headers: {} });
  known = new Set((await threadCpu(process.pid)).keys());
  await warmUp(ingest, unsigned);
  await warmUp(consumer, JSON.stringify({ Records: [] }));
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

function summary(): Summary {
  const { initCount: ingest } = cloud?.functions.ingest ?? { initCount: 0 };
  const { initCount: consumer } = cloud?.functions.consumer ?? { initCount: 0 };
  if (ingest !== threads.ingest.size || consumer !== threads.consumer.size) {
    throw new Error(
      `${ingest} and ${consumer} execution environments in ${threads.ingest.size} and ${threads.consumer.size} threads`,
    );
  }
  return { completed: log.ids.size, done: metrics[Metric.EVENTS_PROCESSED] ?? 0 };
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
