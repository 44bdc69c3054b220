/** The time for the whole answer is used up. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'deadline';
  readonly retryable = true;
}

export interface Deadline {
  /** Aborts at the deadline: for calls that can be ended. */
  readonly signal: AbortSignal;
  /** Settles as the promise does, or rejects with {@link DeadlineError} at the deadline. */
  race<T>(promise: Promise<T>): Promise<T>;
}

/**
 * Runs `work` under a deadline. The race is needed beside the signal: a call that is shared with other requests
 * is not ended for one of them, and not every wait inside the SDK listens to a signal.
 */
export async function withDeadline<T>(
  budgetMs: number,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let pass: (error: DeadlineError) => void = () => undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    pass = reject;
  });
  // Nobody may be racing when it passes.
  passed.catch(() => undefined);
  const timer = setTimeout(
    () => {
      const error = new DeadlineError(`no answer within ${budgetMs} ms`);
      pass(error);
      controller.abort(error);
    },
    Math.max(0, budgetMs),
  );
  try {
    return await work({
      signal: controller.signal,
      race: (promise) => Promise.race([promise, passed]),
    });
  } finally {
    clearTimeout(timer);
  }
}
