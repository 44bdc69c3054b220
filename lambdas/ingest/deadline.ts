/** The time for the whole answer is used up. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'deadline';
  readonly retryable = true;
}

export interface Deadline {
  /** Calls back when the deadline passes before the work is done: for calls that can be ended. One callback. */
  whenPassed(callback: () => void): void;
  /** Settles as the promise does, or rejects with {@link DeadlineError} at the deadline. */
  race<T>(promise: Promise<T>): Promise<T>;
}

/**
 * Runs `work` under a deadline. The race is needed beside the callback: a call that is shared with other requests
 * is not ended for one of them, and not every wait inside the SDK can be ended.
 */
export async function withDeadline<T>(
  budgetMs: number,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  let pass: (error: DeadlineError) => void = () => undefined;
  let end: () => void = () => undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    pass = reject;
  });
  // Nobody may be racing when it passes.
  passed.catch(() => undefined);
  const timer = setTimeout(
    () => {
      const error = new DeadlineError(`no answer within ${budgetMs} ms`);
      pass(error);
      end();
    },
    Math.max(0, budgetMs),
  );
  try {
    return await work({
      whenPassed: (callback) => {
        end = callback;
      },
      race: (promise) => Promise.race([promise, passed]),
    });
  } finally {
    clearTimeout(timer);
  }
}
