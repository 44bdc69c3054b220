/** Base of the errors that a handler throws to say what shall happen next. */
export abstract class HandlerError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
}

/** The handler failed for good: it is not run again for this event, and the event is dead-lettered. */
export class NonRetryableError extends HandlerError {
  override readonly name = 'NonRetryableError';
  readonly code: string;
  readonly retryable = false;

  /** @param options.code - a stable code that groups failures; default `non-retryable` */
  constructor(message: string, options: { readonly code?: string; readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 'non-retryable';
  }
}

/**
 * Nothing has failed, and it is not done yet: come back in about `seconds`. The attempt is not counted and no failure
 * is recorded, unless another handler of the event has failed. What bounds the waiting is the queue: some fifty
 * returns, seven days.
 */
export class NotYetError extends HandlerError {
  override readonly name = 'NotYetError';
  readonly code = 'not-yet';
  readonly retryable = true;
  /** Whole or fractional seconds, at least 0. */
  readonly seconds: number;

  /** @throws {RangeError} when `seconds` is not a finite number of at least 0. */
  constructor(seconds: number, message = `not yet: again in ${seconds} s`) {
    super(message);
    this.seconds = checkedSeconds('NotYetError', seconds);
  }
}

/** Retry, but not before `seconds` have passed. The longest of an event's handlers wins; capped at 11 hours. */
export class RetryAfterError extends HandlerError {
  override readonly name = 'RetryAfterError';
  readonly code = 'retry-after';
  readonly retryable = true;
  /** Whole or fractional seconds, at least 0. */
  readonly seconds: number;

  /** @throws {RangeError} when `seconds` is not a finite number of at least 0. */
  constructor(seconds: number, message = `retry after ${seconds} s`, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.seconds = checkedSeconds('RetryAfterError', seconds);
  }
}

function checkedSeconds(error: string, seconds: number): number {
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new RangeError(`${error} takes a finite number of seconds of at least 0, not ${seconds}`);
}
