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
  /** The error's stable code. */
  readonly code?: string;
  /** Empty where SQS moved the letter: no event is the cause of that. */
  readonly eventType: string;
  /** What of the message tells causes apart and is of no single event: fields of a schema, tables and columns. */
  readonly subject?: string;
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

export function fingerprintOf({ failure, eventType: type }: DeadLetter): Fingerprint {
  if (failure === undefined) {
    return { error: FailureReason.RECEIVE_LIMIT, eventType: '', message: MOVED_BY_SQS };
  }
  const eventType = safeText(type, 100);
  const leading = leadingFailure(failure.handlers);
  const { message, code } = leading ?? { message: failure.message, code: failure.reason };
  const subject = subjectOf(code, message);
  return {
    error: safeText(leading?.error ?? failure.reason, 100),
    ...(leading === undefined ? {} : placeOf(leading)),
    eventType,
    ...(subject === undefined ? {} : { subject: safeText(subject, 200) }),
    message: safeText(message),
  };
}

function placeOf({ handler, code, stack }: HandlerFailure): Pick<Fingerprint, 'handler' | 'frame' | 'code'> {
  const frame = topUserFrame(stack);
  return {
    handler: safeText(handler, 100),
    ...(code === undefined ? {} : { code: safeText(code, 100) }),
    ...(frame === undefined ? {} : { frame: safeText(frame, 200) }),
  };
}

/**
 * Messages as a whole often name an id of their own. Not so the fields of a schema that did not fit, and what
 * PostgreSQL says of its own structure (classes 42 and 3F, such as a missing table).
 */
function subjectOf(code: string | undefined, message: string): string | undefined {
  if (code === FailureReason.INVALID_PAYLOAD) {
    const [, issues = ''] = /^the body does not match the schema of [^:]*: (.*)$/s.exec(message) ?? [];
    const paths = issues.split('; ').flatMap((issue) => /^([\w.-]+): /.exec(issue)?.[1] ?? []);
    // One fault in a list is one cause, whichever item has it.
    return [...new Set(paths.map((path) => path.replace(/(?<=^|\.)\d+(?=\.|$)/g, '*')))].sort().join(' ');
  }
  if (!/^sql-(?:42|3F)/.test(code ?? '')) return undefined;
  return [...message.matchAll(/"([^"]+)"/g)].map(([, name]) => name).join(' ');
}

/** 8 hexadecimal characters of the fingerprint, without the message. */
export function fingerprintId({ message: _, ...parts }: Fingerprint): string {
  const { error, handler = '', frame = '', code = '', eventType, subject = '' } = parts;
  return createHash('sha256')
    .update(JSON.stringify([error, handler, frame, code, eventType, subject]))
    .digest('hex')
    .slice(0, 8);
}
