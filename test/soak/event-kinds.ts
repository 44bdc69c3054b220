import { FailureReason } from '../../lambdas/contract/failure.ts';
import { PING_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import { samples } from '../../lambdas/events/samples.ts';
import type { Random } from '../simulation/random.ts';
import type { HandlerOrders } from './run-report.ts';

/** One sort of event that the sender sends, and how each of its events must end. */
export interface EventKind {
  /** How often it comes, against the others. */
  readonly weight: number;
  /** The payload as JSON, or what is sent in its place. */
  body(random: Random, scale: WorkScale): string;
  readonly end: 'completed' | FailureReason;
  /** Handlers whose completion the ledger must hold at the end, and no others. */
  readonly handlers: readonly string[];
}

export interface WorkScale {
  /** Longest work of a slow handler, in milliseconds. */
  readonly slowestMs: number;
}

/** More attempts than any budget has. */
const ALWAYS = 1_000;
const LARGE_BYTES = 100_000;

const withOrders = (sample: object, soak: HandlerOrders) => JSON.stringify({ ...sample, soak });
const failTimes = (random: Random) => ({ fail_times: random.integer(1, 2) });
const waitTime = (random: Random, { slowestMs }: WorkScale) => ({
  wait_ms: random.integer(Math.ceil(slowestMs / 4), slowestMs),
});

const COMPLETED = { end: 'completed' } as const;

export const EVENT_KINDS = {
  quick: {
    ...COMPLETED,
    weight: 40,
    body: () => withOrders(samples['sync.complete'], {}),
    handlers: ['audit', 'store'],
  },
  slow: {
    ...COMPLETED,
    weight: 12,
    body: (random, scale) => withOrders(samples['sync.paused'], waitTime(random, scale)),
    handlers: ['audit', 'transform'],
  },
  'fails, then completes': {
    ...COMPLETED,
    weight: 10,
    body: (random) => withOrders(samples['connection.created'], failTimes(random)),
    handlers: ['audit', 'notify'],
  },
  'asks to be retried later': {
    ...COMPLETED,
    weight: 6,
    body: (random) =>
      withOrders(samples['object.field_mapping.created'], {
        fail_times: 1,
        retry_after_seconds: random.integer(1, 3),
      }),
    handlers: ['audit', 'backfill'],
  },
  'one of three fails, then completes': {
    ...COMPLETED,
    weight: 10,
    body: (random, scale) =>
      withOrders(samples['entity.entity_mapping.created'], {
        ...waitTime(random, scale),
        ...failTimes(random),
      }),
    handlers: ['audit', 'index', 'map'],
  },
  'no handler but onAny': {
    ...COMPLETED,
    weight: 5,
    body: () => JSON.stringify({ webhook_event_type: 'soak.custom' }),
    handlers: ['audit'],
  },
  ping: {
    ...COMPLETED,
    weight: 2,
    body: () => JSON.stringify({ webhook_event_type: PING_EVENT_TYPE, fail_times: 1 }),
    handlers: ['ping'],
  },
  large: {
    ...COMPLETED,
    weight: 2,
    body: () => JSON.stringify({ ...samples['sync.complete'], filling: 'x'.repeat(LARGE_BYTES) }),
    handlers: ['audit', 'store'],
  },
  'fails for good': {
    weight: 4,
    body: () => withOrders(samples['connection.deleted'], {}),
    end: FailureReason.PERMANENT,
    handlers: ['audit'],
  },
  'one of three fails for good': {
    weight: 3,
    body: (random, scale) => withOrders(samples['entity.entity_mapping.deleted'], waitTime(random, scale)),
    end: FailureReason.PERMANENT,
    handlers: ['audit', 'index'],
  },
  'always fails': {
    weight: 3,
    body: () => withOrders(samples['object.field_mapping.updated'], { fail_times: ALWAYS }),
    end: FailureReason.ATTEMPTS_EXHAUSTED,
    handlers: ['audit'],
  },
  'not as its schema says': {
    weight: 2,
    body: () => JSON.stringify({ webhook_event_type: 'sync.paused' }),
    end: FailureReason.INVALID_PAYLOAD,
    handlers: [],
  },
  'no JSON': {
    weight: 1,
    body: () => '{"webhook_event_type": "sync.com',
    end: FailureReason.INVALID_JSON,
    handlers: [],
  },
} as const satisfies Record<string, EventKind>;

export type EventKindName = keyof typeof EVENT_KINDS;

/** A kind by chance, each as often as its weight says. */
export function pickKind(random: Random): EventKindName {
  const kinds = Object.entries(EVENT_KINDS) as [EventKindName, EventKind][];
  const total = kinds.reduce((sum, [, { weight }]) => sum + weight, 0);
  let left = random.between(0, total);
  for (const [name, { weight }] of kinds) {
    left -= weight;
    if (left < 0) return name;
  }
  return 'quick';
}
