import type { HandlerContext, HandlerLogger } from '../../lambdas/router/index.ts';

const silent: HandlerLogger = { debug() {}, info() {}, warn() {}, error() {} };

/** A context as the consumer would hand it to a handler. */
export function contextOf<Event>(
  event: Event,
  overrides: Partial<Omit<HandlerContext<Event>, 'event'>> = {},
): HandlerContext<Event> {
  return {
    event,
    eventId: 'msg_example_0001',
    handler: 'example',
    attempt: 1,
    idempotencyKey: 'msg_example_0001/example',
    receivedAt: new Date('2026-11-01T12:00:00.000Z'),
    signal: new AbortController().signal,
    deadline: new Date('2026-11-01T12:00:30.000Z'),
    logger: silent,
    note() {},
    ...overrides,
  };
}
