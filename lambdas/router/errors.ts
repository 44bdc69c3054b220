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
    if (!(Number.isFinite(seconds) && seconds >= 0)) {
      throw new RangeError(`RetryAfterError takes a finite number of seconds of at least 0, not ${seconds}`);
    }
    this.seconds = seconds;
  }
}
