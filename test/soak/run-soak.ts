import { setTimeout as delay } from 'node:timers/promises';
import { readQueueDepth } from '../../operator/core/queue-depth.ts';
import { patienceMs } from '../support/slowness.js';
import { readEngines } from './accounts.ts';
import { type Balance, balance } from './balance.ts';
import { FAULT_KINDS, type FaultKind, WIRE_FAULTS } from './fault-log.ts';
import { loadPlan } from './load-plan.ts';
import { type ProcessSample, sampleFreed, sampleProcess } from './process-samples.ts';
import { Sender, type SenderCounts } from './sender.ts';
import type { SoakClocks } from './soak-assembly.ts';
import { type InvocationCounts, type SoakCloud, startSoakCloud } from './soak-cloud.ts';
import { type Trends, trendsOf } from './trends.ts';

export interface SoakSettings {
  readonly seed: number;
  readonly loadMs: number;
  /** Events a second. */
  readonly rate: number;
  /** Absent: no worker is killed. */
  readonly killEveryMs?: number;
  /** Of the functions' calls to SQS and DynamoDB, in [0, 1]. */
  readonly dropShare: number;
  readonly maxAttempts: number;
  readonly backoffCapSeconds: number;
  /** Longest work of a slow handler, in milliseconds. */
  readonly slowestMs: number;
  readonly clocks: SoakClocks;
}

export interface SoakSurroundings {
  readonly assemblyDirectory: string;
  /** Ends the load early; the accounts are balanced all the same. */
  readonly signal: AbortSignal;
  /** Told every few seconds how far it is. */
  readonly onProgress: (progress: SoakProgress) => void;
  /** For tests: once the cloud stands, and when all is sent but nothing awaited. */
  readonly onStarted?: (cloud: SoakCloud) => Promise<void>;
  readonly onLoaded?: (cloud: SoakCloud) => Promise<void>;
}

export interface SoakProgress {
  readonly phase: 'load' | 'drain';
  readonly elapsedMs: number;
  readonly sent: number;
  readonly accepted: number;
  readonly acknowledged: number;
  readonly onQueue: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
}

export interface SoakResult {
  readonly sent: number;
  readonly loadMs: number;
  readonly drainMs: number;
  readonly interrupted: boolean;
  readonly sender: SenderCounts;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly invocations: InvocationCounts;
  readonly balance: Balance;
  readonly trends: Trends;
  /** The accounts balance, and memory and handles were flat. */
  readonly passed: boolean;
}

const PROGRESS_EVERY_MS = 5_000;
/** Retries, leases of killed attempts and the repeats of the sender are over by then. */
const MAX_DRAIN_MS = 180_000;
const LOOK_MS = 100;
const MAX_FAULT_WAIT_MS = 10_000;

/** Load under faults, then peace until the queue is empty, then the accounts. */
export async function runSoak(settings: SoakSettings, surroundings: SoakSurroundings): Promise<SoakResult> {
  const { samples, atTheEnd, ...run } = await runWithin(settings, surroundings);
  // Here nothing refers to the engines and the accounts any more: what they held is free.
  const heldBytes = atTheEnd.heapBytes - (await sampleFreed(atTheEnd.events)).heapBytes;
  const trends = trendsOf(samples, heldBytes, atTheEnd.events);
  return { ...run, trends, passed: run.balance.problems.length === 0 && trends.isFlat };
}

type Run = Omit<SoakResult, 'trends' | 'passed'> & {
  readonly samples: readonly ProcessSample[];
  /** With the cloud and all accounts still there. */
  readonly atTheEnd: ProcessSample;
};

async function runWithin(settings: SoakSettings, surroundings: SoakSurroundings): Promise<Run> {
  const soak = await startSoakCloud({ ...settings, assemblyDirectory: surroundings.assemblyDirectory });
  try {
    const sender = new Sender({
      webhookUrl: soak.cloud.webhookUrl,
      secret: soak.cloud.secret,
      rate: settings.rate,
      plan: loadPlan(settings.seed, settings),
    });
    await surroundings.onStarted?.(soak);
    const { samples, loadMs } = await load(settings, surroundings, soak, sender);
    await surroundings.onLoaded?.(soak);
    const drainMs = await drain(surroundings, soak, sender);
    const atTheEnd = sampleProcess(sender.accepted);
    return {
      sent: sender.sent.size,
      loadMs,
      drainMs,
      interrupted: surroundings.signal.aborted,
      sender: { ...sender.counts },
      faults: faultCounts(soak),
      invocations: { ...soak.invocations },
      balance: await draw(settings, soak, sender),
      samples,
      atTheEnd,
    };
  } finally {
    await soak.stop();
  }
}

async function load(
  settings: SoakSettings,
  { signal, onProgress }: SoakSurroundings,
  soak: SoakCloud,
  sender: Sender,
): Promise<{ samples: readonly ProcessSample[]; loadMs: number }> {
  const samples = [sampleProcess(0)];
  const startedMs = performance.now();
  const ended = new AbortController();
  const watching = every(PROGRESS_EVERY_MS, ended.signal, async () => {
    samples.push(sampleProcess(sender.accepted));
    onProgress(await progressOf('load', startedMs, soak, sender));
  });
  soak.startKilling();
  try {
    await sender.send(settings.loadMs, signal);
    await untilFaultsWere(settings, signal, soak);
  } finally {
    soak.stopFaults();
    ended.abort();
    await watching;
  }
  return { samples, loadMs: performance.now() - startedMs };
}

/** A short load on a machine that is busy may be over before a worker has come far enough to meet a fault. */
async function untilFaultsWere(
  { killEveryMs, dropShare }: SoakSettings,
  signal: AbortSignal,
  soak: SoakCloud,
) {
  const untilMs = performance.now() + patienceMs(MAX_FAULT_WAIT_MS);
  const isLacking = ({ faults }: SoakCloud) =>
    (killEveryMs !== undefined && faults.total('worker killed') === 0) ||
    (dropShare > 0 && WIRE_FAULTS.every((kind) => faults.total(kind) === 0));
  while (isLacking(soak) && !signal.aborted && performance.now() < untilMs) await delay(LOOK_MS);
}

/** Waits until all that was sent is accepted, and nothing is left on the queue. @returns how long it took */
async function drain({ onProgress }: SoakSurroundings, soak: SoakCloud, sender: Sender): Promise<number> {
  const startedMs = performance.now();
  const ended = new AbortController();
  const watching = every(PROGRESS_EVERY_MS, ended.signal, async () => {
    onProgress(await progressOf('drain', startedMs, soak, sender));
  });
  try {
    await sender.finish(MAX_DRAIN_MS);
    while (performance.now() - startedMs < MAX_DRAIN_MS && (await onQueue(soak)) > 0) {
      await delay(LOOK_MS);
    }
  } finally {
    ended.abort();
    await watching;
  }
  return performance.now() - startedMs;
}

async function draw({ maxAttempts }: SoakSettings, soak: SoakCloud, sender: Sender): Promise<Balance> {
  const engines = await readEngines(soak.target, new AbortController().signal);
  return balance({
    ...engines,
    sent: sender.sent,
    forged: sender.forged,
    runs: soak.counter.runs,
    faultsOf: (eventId) => soak.faults.of(eventId),
    maxAttempts,
  });
}

async function progressOf(
  phase: SoakProgress['phase'],
  startedMs: number,
  soak: SoakCloud,
  sender: Sender,
): Promise<SoakProgress> {
  return {
    phase,
    elapsedMs: performance.now() - startedMs,
    sent: sender.sent.size,
    accepted: sender.accepted,
    acknowledged: soak.acknowledged,
    onQueue: await onQueue(soak),
    faults: faultCounts(soak),
  };
}

async function onQueue({ target }: SoakCloud): Promise<number> {
  const { visible, hidden } = await readQueueDepth(target, target.queueUrl, new AbortController().signal);
  return visible + hidden;
}

function faultCounts({ faults }: SoakCloud): Readonly<Record<FaultKind, number>> {
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, faults.total(kind)])) as Record<
    FaultKind,
    number
  >;
}

/** Calls `work` again and again, until the signal aborts. */
async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  for (;;) {
    // An abort ends the wait.
    await delay(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await work();
  }
}
