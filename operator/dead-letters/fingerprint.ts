import { createHash } from 'node:crypto';
import type { HandlerFailure } from '../../lambdas/contract/failure.ts';
import { FailureReason } from '../../lambdas/contract/failure.ts';
import { safeText } from '../../local/safe-text.ts';
import type { DeadLetter } from './dead-letter.ts';
import { topUserFrame } from './user-frame.ts';

/** What makes two failures the same. All text is fit for a terminal. */
export interface Fingerprint {
  /** The error's name; the reason, for a letter on which no handler failed. */
  readonly error: string;
  readonly handler?: string;
  /** Top stack frame of user code. */
  readonly frame?: string;
  readonly message: string;
}

const MOVED_BY_SQS = 'moved by SQS after too many receives, without a reason';

/**
 * Of several failed handlers one stands for the letter: those that failed for good come first (they are why it is
 * here, while the others would still be retried), then the first by name.
 */
export function leadingFailure(handlers: readonly HandlerFailure[]): HandlerFailure | undefined {
  return handlers.toSorted(
    (one, other) =>
      Number(one.retryable) - Number(other.retryable) ||
      (one.handler < other.handler ? -1 : Number(one.handler > other.handler)),
  )[0];
}

export function fingerprintOf({ failure }: DeadLetter): Fingerprint {
  if (failure === undefined) return { error: FailureReason.RECEIVE_LIMIT, message: MOVED_BY_SQS };
  const leading = leadingFailure(failure.handlers);
  if (leading === undefined) return { error: failure.reason, message: safeText(failure.message) };
  const frame = topUserFrame(leading.stack);
  return {
    error: safeText(leading.error, 100),
    handler: safeText(leading.handler, 100),
    ...(frame === undefined ? {} : { frame: safeText(frame, 200) }),
    message: safeText(leading.message),
  };
}

/** 8 hexadecimal characters of the fingerprint, without the message: that often names an id of its own. */
export function fingerprintId({ error, handler = '', frame = '' }: Fingerprint): string {
  return createHash('sha256')
    .update(JSON.stringify([error, handler, frame]))
    .digest('hex')
    .slice(0, 8);
}
