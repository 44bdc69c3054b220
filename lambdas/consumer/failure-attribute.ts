import type { Failure, HandlerFailure } from '../contract/failure.ts';
import { MAX_FAILURE_BYTES } from '../contract/message.ts';
import { clean } from './error-report.ts';

const MAX_MESSAGE_LENGTH = 500;

/**
 * JSON of a failure within `MAX_FAILURE_BYTES`. What does not fit is left out in the order of its worth:
 * stacks first, then the ends of messages, then handlers from the last.
 */
export function encodeFailure(failure: Failure): string {
  const full = { ...failure, message: clean(failure.message, MAX_MESSAGE_LENGTH) };
  const withoutStacks = { ...full, handlers: full.handlers.map(({ stack: _, ...rest }) => rest) };
  const shortened = {
    ...withoutStacks,
    message: clean(full.message, 200),
    handlers: withoutStacks.handlers.map((handler) => ({ ...handler, message: clean(handler.message, 100) })),
  };
  for (const candidate of [full, withoutStacks, shortened]) {
    const text = JSON.stringify(candidate);
    if (fits(text)) return text;
  }
  return withFewerHandlers(shortened);
}

function withFewerHandlers(failure: Failure): string {
  const handlers: HandlerFailure[] = [...failure.handlers];
  for (;;) {
    handlers.pop();
    const omitted = failure.handlers.length - handlers.length;
    const text = JSON.stringify({ ...failure, handlers, handlersOmitted: omitted } satisfies Failure);
    if (fits(text) || handlers.length === 0) return text;
  }
}

const fits = (text: string) => Buffer.byteLength(text) <= MAX_FAILURE_BYTES;
