// Bundled with the consumer in place of the user's handlers: a quick one, a slow one, some that fail.
import { setTimeout as delay } from 'node:timers/promises';
import {
  createConsumerHandler,
  EventRouter,
  type Handler,
  type HandlerContext,
  NonRetryableError,
  RetryAfterError,
} from '../../../lambdas/handlers.ts';
import type { HandlerOrders } from '../run-report.ts';
import { report } from './effects.ts';

class SoakError extends Error {
  override readonly name = 'SoakError';
}

/** Schemas keep unknown fields, so an event carries its orders along. */
function ordersOf(event: object): HandlerOrders {
  return (event as { readonly soak?: HandlerOrders }).soak ?? {};
}

/** A handler whose start and whose effect are counted; what throws has no effect. */
function counted<Event extends object>(
  work: (context: HandlerContext<Event>, orders: HandlerOrders) => Promise<void> | void,
): Handler<Event> {
  return async (context) => {
    await report('start', context);
    await work(context, ordersOf(context.event));
    await report('effect', context);
  };
}

const quick = () => undefined;

async function slow({ signal }: HandlerContext<object>, { wait_ms = 0 }: HandlerOrders): Promise<void> {
  await delay(wait_ms, undefined, { signal });
}

function flaky({ attempt }: HandlerContext<object>, { fail_times = 0, retry_after_seconds }: HandlerOrders) {
  if (attempt > fail_times) return;
  if (retry_after_seconds !== undefined) throw new RetryAfterError(retry_after_seconds);
  throw new SoakError(`told to fail: attempt ${attempt} of ${fail_times}`);
}

function refuse(): never {
  throw new NonRetryableError('told to fail for good', { code: 'soak' });
}

const router = new EventRouter()
  .on('sync.complete', 'store', counted(quick))
  .on('sync.paused', 'transform', counted(slow))
  .on('connection.created', 'notify', counted(flaky))
  .on('object.field_mapping.created', 'backfill', counted(flaky))
  .on(['entity.entity_mapping.created', 'entity.entity_mapping.deleted'], 'index', counted(slow))
  .on('entity.entity_mapping.created', 'map', counted(flaky))
  .on(['connection.deleted', 'entity.entity_mapping.deleted'], 'clean-up', counted(refuse))
  .on('object.field_mapping.updated', 'reindex', counted(flaky))
  .onAny('audit', counted(quick));

export const handler = createConsumerHandler(router);
