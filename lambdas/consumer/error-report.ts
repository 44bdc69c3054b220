import type { HandlerFailure } from '../contract/failure.ts';
import { NonRetryableError, NotYetError, RetryAfterError } from '../router/errors.ts';
import { chainCode, chainMessage, isError } from '../runtime/error-text.ts';

const MAX_NAME_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 500;
const MAX_STACK_FRAMES = 6;
const KEPT_OF_DEPENDENCIES = 2;
const MAX_FRAME_LENGTH = 200;

/** What is kept of an error that a handler threw; bounded, without control characters. */
export interface ErrorReport extends Omit<HandlerFailure, 'handler'> {
  readonly retryAfterSeconds?: number;
  /** Nothing failed: the handler waits for something. */
  readonly notYet?: true;
}

/** Describes whatever was thrown; never throws itself. */
export function reportError(thrown: unknown): ErrorReport {
  const retryable = isRetryable(thrown);
  try {
    return { ...describe(thrown), retryable };
  } catch {
    // A hostile getter or toString of the thrown value.
    return { error: 'Error', message: 'an error that cannot be described', retryable };
  }
}

/** Apart from the rest: what is said here holds even if the error cannot be described. */
function isRetryable(thrown: unknown): boolean {
  try {
    const said = (thrown as { readonly retryable?: unknown }).retryable;
    return !(thrown instanceof NonRetryableError) && said !== false;
  } catch {
    // `undefined` or `null` was thrown, or what has a hostile getter.
    return true;
  }
}

function describe(thrown: unknown): Omit<ErrorReport, 'retryable'> {
  const message = clean(chainMessage(thrown), MAX_MESSAGE_LENGTH);
  if (!isError(thrown)) return { error: typeof thrown, message };
  const code = chainCode(thrown);
  const stack = typeof thrown.stack === 'string' ? trimStack(thrown.stack) : '';
  return {
    error: clean(String(thrown.name), MAX_NAME_LENGTH),
    message,
    ...(code === undefined ? {} : { code: clean(code, MAX_NAME_LENGTH) }),
    ...(stack === '' ? {} : { stack }),
    ...(thrown instanceof RetryAfterError || thrown instanceof NotYetError
      ? { retryAfterSeconds: thrown.seconds }
      : {}),
    ...(thrown instanceof NotYetError ? { notYet: true } : {}),
  };
}

/**
 * The first frames; Node's own are of no use to whoever reads a dead letter. Below the first two, those of
 * dependencies are left out: the eight layers of an AWS client would push out the line of the handler (run).
 */
function trimStack(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !line.includes('node:internal'))
    .filter((line, index) => index < KEPT_OF_DEPENDENCIES || !line.includes('/node_modules/'))
    .slice(0, MAX_STACK_FRAMES)
    .map((line) => clean(line.trim(), MAX_FRAME_LENGTH))
    .join('\n');
}

/** Cuts to `maximum` UTF-16 units and replaces what SQS refuses in an attribute: controls and lone surrogates. */
export function clean(text: string, maximum: number): string {
  const bounded = text.length > maximum ? `${text.slice(0, maximum - 1)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be replaced
  return bounded.toWellFormed().replace(/[\u0000-\u001f\u007f\ufffe\uffff]+/g, ' ');
}
