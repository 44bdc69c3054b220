import type { RetryPolicy } from '../../lambdas/consumer/policy.ts';
import { QUEUE_RETENTION_SECONDS } from '../../lambdas/contract/timing.ts';
import type { Outage, Service } from './aws-call.ts';
import { FAULTS, type Fault } from './faults.ts';
import { createRandom, type Random } from './random.ts';

export const START_MS = Date.UTC(2026, 10, 23);
/** A stamp of SQS's is off by at most this much: its servers do not share one clock. */
export const STAMP_SKEW_MS = 500;
export const CONSUMER_TIMEOUT_MS = 35_000;
export const VISIBILITY_MS = 6 * CONSUMER_TIMEOUT_MS;
export const QUEUE_RETENTION_MS = QUEUE_RETENTION_SECONDS * 1_000;
const HOUR_MS = 3_600_000;

/** What a run is made of; all of it follows from the seed and what the command line leaves out. */
export interface Settings {
  readonly seed: number;
  readonly events: number;
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  readonly policy: RetryPolicy;
  readonly maxConcurrency: number;
  readonly batchSize: number;
  /** Events arrive within this time. */
  readonly arrivalMs: number;
  /** Clocks of instances are off by at most this much. */
  readonly skewMs: number;
  readonly reconciles: boolean;
  readonly hasAnyHandler: boolean;
  readonly outages: readonly Outage[];
  /** While it is paused nothing is received. */
  readonly pauses: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

export interface Overrides {
  readonly events?: number;
  readonly without?: readonly Fault[];
  /** Whether Supaglue's API is compared. @default one seed in ten */
  readonly reconciles?: boolean;
}

/** Often off, sometimes rare, sometimes frequent. */
const LEVELS: Readonly<Record<Fault, readonly [rare: number, frequent: number]>> = {
  throttled: [0.02, 0.3],
  'connection-lost': [0.02, 0.3],
  'answer-lost': [0.03, 0.3],
  'late-arrival': [0.01, 0.1],
  'slow-answer': [0.03, 0.3],
  outage: [1, 1],
  crash: [0.03, 0.3],
  'instance-recycled': [0.05, 0.5],
  'blocked-loop': [0.02, 0.2],
  'duplicate-delivery': [0.02, 0.2],
  'ghost-message': [0.02, 0.2],
  'delete-lost': [0.02, 0.2],
  'visibility-refused': [0.05, 0.6],
  'http-answer-lost': [0.05, 0.4],
  'http-duplicate': [0.05, 0.4],
  replay: [0.02, 0.1],
  'manual-resend': [0.05, 0.5],
  'secret-rotation': [1, 1],
  'poison-message': [0.05, 0.3],
  'same-id-other-body': [0.03, 0.2],
  forgery: [0.05, 0.5],
  'other-source': [0.2, 1],
  'letter-deleted': [0.05, 0.3],
  redrive: [0.3, 0.9],
  'eager-redrive': [0.1, 0.3],
  'consumer-paused': [1, 1],
  'clock-skew': [1, 1],
  'stamp-skew': [1, 1],
  'old-consumer': [0.5, 0.5],
  'consumer-0.2': [0.5, 0.5],
  'event-swallowed': [0.2, 0.6],
};

export function settingsOf(
  seed: number,
  { events, without = [], reconciles = seed % 10 === 5 }: Overrides = {},
): Settings {
  const random = createRandom(seed, 'settings');
  const ownEvents = random.integer(4, 24);
  const calm = random.chance(0.08);
  const faults: Partial<Record<Fault, number>> = {};
  for (const fault of FAULTS) {
    const own = createRandom(seed, `level ${fault}`);
    // The others stay as they were when each found its bug.
    if (fault === 'event-swallowed' && !reconciles) continue;
    const level = own.pick([undefined, undefined, 0, 0, 1] as const);
    if (level !== undefined && !calm && !without.includes(fault)) faults[fault] = LEVELS[fault][level];
  }
  const policy: RetryPolicy = {
    maxAttempts: random.pick([1, 2, 3, 3, 5, 12]),
    maxReceiveCount: random.pick([50, 50, 50, 8, 4]),
    backoffBaseMs: random.pick([1_000, 10_000, 10_000, 60_000]),
    backoffCapMs: random.pick([900_000, 900_000, 120_000]),
    queueRetentionMs: QUEUE_RETENTION_MS,
  };
  return {
    seed,
    events: events ?? ownEvents,
    faults,
    policy,
    maxConcurrency: random.integer(2, 5),
    batchSize: random.pick([1, 4, 10, 10]),
    arrivalMs: random.pick([1_000, 20_000, 600_000, 5 * HOUR_MS]),
    skewMs: faults['clock-skew'] === undefined ? 0 : 2_000,
    reconciles,
    hasAnyHandler: random.chance(0.4),
    outages: faults.outage === undefined ? [] : outagesOf(createRandom(seed, 'outages')),
    pauses: faults['consumer-paused'] === undefined ? [] : pausesOf(createRandom(seed, 'pauses')),
  };
}

function outagesOf(random: Random): Outage[] {
  return Array.from({ length: random.integer(1, 3) }, () => {
    const fromMs = START_MS + random.pick([random.between(0, 60_000), random.between(0, 6 * HOUR_MS)]);
    const lengthMs = random.pick([20_000, 300_000, 2 * HOUR_MS, 9 * HOUR_MS]) * random.between(0.5, 1);
    const service = random.pick<Service>(['table', 'table', 'queue', 'dead-letters', 'secrets']);
    return { service, fromMs, untilMs: fromMs + lengthMs };
  });
}

function pausesOf(random: Random) {
  const fromMs = START_MS + random.between(0, HOUR_MS);
  const lengthMs = random.pick([HOUR_MS, 24 * HOUR_MS, 6.5 * 24 * HOUR_MS, 6.94 * 24 * HOUR_MS]);
  return [{ fromMs, untilMs: fromMs + lengthMs }];
}
