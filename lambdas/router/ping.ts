import { setTimeout as delay } from 'node:timers/promises';
import type { Ping } from '../events/ping.ts';
import { HandlerError, NonRetryableError } from './errors.ts';
import type { HandlerContext } from './handler.ts';

/** The failure that a ping asked for. */
export class PingError extends HandlerError {
  override readonly name = 'PingError';
  readonly code = 'ping';
  readonly retryable = true;
}

/**
 * Does what the ping asks for: waits, then fails for good, or fails while `attempt` is at most `fail_times`.
 *
 * @throws {NonRetryableError} with code `ping`, when `fail_permanently` is set.
 * @throws {PingError} while attempts are to fail.
 * @throws the signal's `AbortError` when the deadline comes first.
 */
export async function handlePing({ event, attempt, signal }: HandlerContext<Ping>): Promise<void> {
  await delay(event.delay_ms ?? 0, undefined, { signal });
  if (event.fail_permanently === true) {
    throw new NonRetryableError('the ping asked to fail for good', { code: 'ping' });
  }
  const failTimes = event.fail_times ?? 0;
  if (attempt <= failTimes) {
    throw new PingError(`the ping asked to fail: attempt ${attempt} of ${failTimes}`);
  }
}
