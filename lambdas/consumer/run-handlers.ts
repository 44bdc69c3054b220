import type { RegisteredHandler } from '../router/handler.ts';
import type { Clock } from './clock.ts';
import { type ErrorReport, reportError } from './error-report.ts';

/** How long handlers may run, in epoch milliseconds. */
export interface HandlerDeadline {
  /** `signal` aborts here. */
  readonly abortAtMs: number;
  /** What has not settled here is recorded as timed out. */
  readonly giveUpAtMs: number;
}

export interface FailedHandler extends ErrorReport {
  readonly handler: string;
  readonly failedAtMs: number;
}

export interface HandlersResult {
  /** Handler name → completed at. */
  readonly completed: Readonly<Record<string, number>>;
  /** Those that have not settled included, as retryable timeouts. */
  readonly failed: readonly FailedHandler[];
  /** A handler ignored `signal` and may still be running. */
  readonly someStillRunning: boolean;
  /** Handler name → what it notes beside its completion. */
  readonly notes?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly deadline: HandlerDeadline;
  readonly clock: Clock;
  invoke(handler: RegisteredHandler, signal: AbortSignal): Promise<void>;
  /** Called for each completion but the last to settle, and for one that comes after the time was up. */
  onEarlyCompletion(handler: string, completedAtMs: number): void;
}

/** The reason that `signal` aborts with. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  readonly code = 'timeout';
  readonly retryable = true;
}

/** Runs handlers concurrently; resolves when all have settled or the time is up. Never rejects. */
export async function runHandlers(
  handlers: readonly RegisteredHandler[],
  { deadline, clock, invoke, onEarlyCompletion }: RunOptions,
): Promise<HandlersResult> {
  const abort = new AbortController();
  const completed: Record<string, number> = {};
  const failed: FailedHandler[] = [];
  const running = new Set(handlers.map(({ name }) => name));
  let timeIsUp = false;
  let stopWaiting = () => {};

  const run = async (handler: RegisteredHandler) => {
    const { name } = handler;
    try {
      await invoke(handler, abort.signal);
      const completedAtMs = clock.nowMs();
      running.delete(name);
      completed[name] = completedAtMs;
      // The last to settle is merged with the final write: one handler costs two writes in all.
      if (timeIsUp || running.size > 0) onEarlyCompletion(name, completedAtMs);
    } catch (thrown) {
      running.delete(name);
      failed.push({ handler: name, failedAtMs: clock.nowMs(), ...reportError(thrown) });
    }
    if (running.size === 0) stopWaiting();
  };

  for (const handler of handlers) void run(handler);
  const waitUntil = (timeMs: number) =>
    new Promise<void>((resolve) => {
      const forget = clock.after(timeMs - clock.nowMs(), resolve);
      stopWaiting = () => {
        forget();
        resolve();
      };
    });
  if (running.size > 0) await waitUntil(deadline.abortAtMs);
  if (running.size > 0) {
    abort.abort(new HandlerTimeoutError('the time of the handler is up'));
    await waitUntil(deadline.giveUpAtMs);
  }
  timeIsUp = true;
  for (const name of running) {
    const timeout = new HandlerTimeoutError('the handler ignored its signal and had not settled in time');
    failed.push({ handler: name, failedAtMs: clock.nowMs(), ...reportError(timeout) });
  }
  // Copies: a handler that settles from here on has been told as timed out.
  return { completed: { ...completed }, failed: [...failed], someStillRunning: running.size > 0 };
}
