import { MAX_VISIBILITY_SECONDS } from '../contract/timing.ts';
import type { RetryPolicy } from './policy.ts';

const MINIMUM_DELAY_MS = 1_000;
const MAXIMUM_DELAY_MS = MAX_VISIBILITY_SECONDS * 1000;

/** Whole milliseconds: what is added to a time is recorded, and times are whole. */
export function clampDelayMs(delayMs: number): number {
  return Math.ceil(Math.min(MAXIMUM_DELAY_MS, Math.max(MINIMUM_DELAY_MS, delayMs)));
}

/**
 * Equal-jitter exponential backoff: half of the delay is fixed, half is random, so that retries spread out
 * and still wait (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempt - 1 for the first
 * @param random - in [0, 1)
 */
export function backoffMs(
  attempt: number,
  policy: Pick<RetryPolicy, 'backoffBaseMs' | 'backoffCapMs'>,
  random: number,
) {
  const ceilingMs = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** (attempt - 1));
  return clampDelayMs(ceilingMs / 2 + (ceilingMs / 2) * random);
}

/** `RetryAfterError`s override the backoff; the longest wins. */
export function retryDelayMs(backoffDelayMs: number, retryAfterSeconds: readonly number[]): number {
  if (retryAfterSeconds.length === 0) return backoffDelayMs;
  return clampDelayMs(Math.max(...retryAfterSeconds) * 1000);
}
