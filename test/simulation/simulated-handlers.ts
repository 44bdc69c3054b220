import * as z from 'zod/mini';
import { NonRetryableError, RetryAfterError } from '../../lambdas/router/errors.ts';
import type { Handler } from '../../lambdas/router/handler.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import type { Auditor } from './auditor.ts';
import {
  ANY_HANDLER,
  OTHER_HANDLER,
  OTHER_SOURCE,
  OTHER_TYPE,
  OWN_TYPE,
  type SimulatedEvent,
  type Step,
} from './events.ts';
import type { Faults } from './faults.ts';
import type { FunctionInstance } from './instance.ts';

export interface HandlerWorld {
  readonly events: ReadonlyMap<string, SimulatedEvent>;
  readonly auditor: Auditor;
  readonly faults: Faults;
  readonly hasAnyHandler: boolean;
  readonly nowMs: () => number;
}

interface OwnPayload {
  readonly throws?: number;
  readonly slowMs?: number;
  readonly customer_id?: unknown;
  /** The event's id. */
  readonly simulated?: string;
}

export const OTHER = {
  type: 'type',
  customer: 'data.who',
  schemas: {
    [OTHER_TYPE]: z.looseObject({ type: z.literal(OTHER_TYPE), data: z.looseObject({ who: z.string() }) }),
  },
};

/** The user's part, on one function instance. */
export function createRoutes(world: HandlerWorld, instance: FunctionInstance): EventRouter {
  const throwing = { left: 0 };
  const ownSchema = {
    '~standard': {
      version: 1,
      vendor: 'simulation',
      async validate(value: unknown) {
        const { throws, slowMs, simulated = '-', customer_id: customer } = value as OwnPayload;
        world.auditor.onSchemaStart(simulated, instance.invocation);
        if (slowMs !== undefined) await instance.sleep(slowMs);
        if (throws !== undefined && throwing.left++ % (throws + 1) < throws)
          throw new Error('the schema threw');
        return typeof customer === 'string' ? { value } : { issues: [{ message: 'customer_id is no text' }] };
      },
    },
  } as const;
  const handler = (name: string): Handler<unknown> => simulatedHandler(world, instance, name);
  const router = new EventRouter()
    .define(OWN_TYPE, ownSchema)
    .on('sync.complete', 'alpha', handler('alpha'))
    .on('sync.complete', 'beta', handler('beta'))
    .on('sync.paused', 'gamma', handler('gamma'))
    .on(['connection.created', 'connection.deleted'], 'delta', handler('delta'))
    .on(OWN_TYPE, 'epsilon', handler('epsilon'));
  router.from(OTHER_SOURCE, OTHER).on(OTHER_TYPE, OTHER_HANDLER, handler(OTHER_HANDLER));
  if (world.hasAnyHandler) router.onAny(ANY_HANDLER, handler(ANY_HANDLER));
  return router;
}

function simulatedHandler(
  { events, auditor, faults, nowMs }: HandlerWorld,
  instance: FunctionInstance,
  name: string,
): Handler<unknown> {
  return ({ eventId, signal }) => {
    const invocation = instance.invocation;
    if (invocation === undefined) throw new Error('a handler outside of any invocation');
    const earlier = (auditor.runs.get(eventId) ?? []).filter((run) => run.handler === name).length;
    const run = auditor.onHandlerStart(eventId, name, invocation);
    const steps = events.get(eventId)?.steps.get(name) ?? [];
    const step: Step = steps[Math.min(earlier, steps.length - 1)] ?? { does: 'complete', afterMs: 0 };
    if (faults.strikes('blocked-loop')) {
      instance.blockedUntilMs = nowMs() + faults.random('blocked-loop').between(1_000, 50_000);
    }
    const fail = (error: Error) => {
      auditor.onHandlerEnd(run, 'failed');
      return error;
    };
    if (step.does === 'throw-at-once') throw fail(new TypeError('thrown at once'));
    return (async () => {
      switch (step.does) {
        case 'complete':
        case 'ignore-signal':
          await instance.sleep(step.afterMs);
          return auditor.onHandlerEnd(run, 'completed');
        case 'fail':
          await instance.sleep(step.afterMs);
          throw fail(new Error('failed, try again'));
        case 'fail-for-good':
          await instance.sleep(step.afterMs);
          auditor.onHandlerEnd(run, 'failed for good');
          throw new NonRetryableError('failed for good');
        case 'ask-for-delay':
          await instance.sleep(step.afterMs);
          run.retryAfterSeconds = step.seconds;
          throw fail(new RetryAfterError(step.seconds));
        case 'wait-for-signal':
          await instance.sleep(3_600_000, signal);
          throw fail(new Error('told to stop'));
        case 'hang':
          return new Promise<void>(() => undefined);
      }
    })();
  };
}
