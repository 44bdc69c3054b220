import { createHash } from 'node:crypto';
import { eventIdFrom } from '../../lambdas/contract/source.ts';
import { samples } from '../../lambdas/events/samples.ts';
import type { Random } from './random.ts';

/** What a handler does in one run. Times in milliseconds. */
export type Step =
  | { readonly does: 'complete'; readonly afterMs: number }
  | { readonly does: 'fail'; readonly afterMs: number }
  | { readonly does: 'fail-for-good'; readonly afterMs: number }
  | { readonly does: 'ask-for-delay'; readonly afterMs: number; readonly seconds: number }
  /** Until `signal`, then it fails. */
  | { readonly does: 'wait-for-signal' }
  /** Ignores `signal`. */
  | { readonly does: 'ignore-signal'; readonly afterMs: number }
  | { readonly does: 'hang' }
  | { readonly does: 'throw-at-once' };

export interface SimulatedEvent {
  readonly id: string;
  readonly body: Buffer;
  readonly bodySha256: string;
  readonly eventType: string;
  /** What is wrong with the body, if anything. */
  readonly flaw?: 'not-json' | 'off-schema' | 'schema-throws';
  /** Runs of each handler: the n-th takes the n-th step, the last one repeats. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
}

export const OWN_TYPE = 'example.own';
export const SPECIFIC_HANDLERS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'] as const;
export const ANY_HANDLER = 'audit';
const TYPES = [
  'sync.complete',
  'sync.complete',
  'sync.complete',
  'sync.paused',
  'connection.deleted',
  OWN_TYPE,
  'object.field_mapping.created',
  'supaglue.unheard-of',
] as const;

/** A sender besides Supaglue, which may use the very ids that it uses. */
export const OTHER_SOURCE = 'other';
export const OTHER_TYPE = 'thing.done';
export const OTHER_HANDLER = 'zeta';

export function createOtherEvent(id: string, random: Random, oddity: number): SimulatedEvent {
  const flaw = random.chance(0.1) ? random.pick(['not-json', 'off-schema'] as const) : undefined;
  const payload = {
    type: OTHER_TYPE,
    data: { who: flaw === 'off-schema' ? 7 : 'customer-1' },
    simulated: id,
  };
  const body = Buffer.from(flaw === 'not-json' ? `not json ${id}` : JSON.stringify(payload));
  return {
    id: eventIdFrom(OTHER_SOURCE, id),
    body,
    bodySha256: sha256(body),
    eventType: eventIdFrom(OTHER_SOURCE, OTHER_TYPE),
    ...(flaw === undefined ? {} : { flaw }),
    steps: new Map([[OTHER_HANDLER, createSteps(random, oddity)]]),
  };
}

export function createEvent(id: string, random: Random, oddity: number): SimulatedEvent {
  const eventType = random.pick(TYPES);
  const flaw =
    eventType === OWN_TYPE && random.chance(0.3)
      ? 'schema-throws'
      : random.chance(0.12)
        ? random.pick(['not-json', 'off-schema'] as const)
        : undefined;
  const body = createBody(id, eventType, flaw, random);
  const steps = new Map<string, readonly Step[]>();
  for (const handler of [...SPECIFIC_HANDLERS, ANY_HANDLER]) steps.set(handler, createSteps(random, oddity));
  return { id, body, bodySha256: sha256(body), eventType, ...(flaw === undefined ? {} : { flaw }), steps };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function createBody(id: string, eventType: string, flaw: SimulatedEvent['flaw'], random: Random): Buffer {
  if (flaw === 'not-json') {
    return random.chance(0.5)
      ? Buffer.from(`not json ${id}`)
      : Buffer.from([0xff, 0x00, random.integer(0, 255)]);
  }
  const sample = Object.entries(samples).find(([name]) => name === eventType)?.[1];
  const payload = {
    ...sample,
    webhook_event_type: eventType,
    customer_id: `customer-${random.integer(1, 3)}`,
    ...(eventType === 'sync.complete' ? { run_id: id } : {}),
    ...(eventType === 'connection.deleted' ? { connection_id: id } : {}),
    ...(flaw === 'off-schema' ? { connection_id: 7, customer_id: { off: 'schema' } } : {}),
    ...(flaw === 'schema-throws' ? { throws: random.integer(1, 4) } : {}),
    ...(eventType === OWN_TYPE && random.chance(0.3) ? { slowMs: random.integer(0, 60_000) } : {}),
    simulated: id,
    // Unicode outside the basic plane travels as text, a control character as base64.
    note: random.pick(['plain', 'emoji 🎈', 'control \u0001']),
  };
  return Buffer.from(JSON.stringify(payload));
}

/** @param oddity - share of runs that do anything but complete */
function createSteps(random: Random, oddity: number): Step[] {
  const shortMs = () => random.pick([0, 5, 200, 3_000, 15_000]) * random.next();
  const odd = (): Step =>
    random.pick<() => Step>([
      () => ({ does: 'fail', afterMs: shortMs() }),
      () => ({ does: 'fail', afterMs: shortMs() }),
      () => ({ does: 'fail', afterMs: shortMs() }),
      () => ({ does: 'fail-for-good', afterMs: shortMs() }),
      () => ({
        does: 'ask-for-delay',
        afterMs: shortMs(),
        seconds: random.pick([0, 1.5, 60, 3_600, 40_000, 500_000]),
      }),
      () => ({ does: 'wait-for-signal' }),
      () => ({ does: 'ignore-signal', afterMs: random.between(25_000, 45_000) }),
      () => ({ does: 'hang' }),
      () => ({ does: 'throw-at-once' }),
    ])();
  const steps: Step[] = [];
  while (random.chance(oddity) && steps.length < 14) steps.push(odd());
  if (steps.length < 14) steps.push({ does: 'complete', afterMs: shortMs() });
  return steps;
}
