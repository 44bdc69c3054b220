import { ConsumerEnvironment } from '../contract/environment.ts';
import { type Environment, requireInteger } from '../runtime/environment.ts';

/** The numbers that decide over retries, parsed once. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly maxReceiveCount: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  readonly queueRetentionMs: number;
}

/** @throws {ConfigurationError} when a variable is missing or out of range. */
export function parseRetryPolicy(environment: Environment): RetryPolicy {
  const integer = (name: string, minimum: number) => requireInteger(environment, name, minimum);
  return Object.freeze({
    maxAttempts: integer(ConsumerEnvironment.MAX_ATTEMPTS, 1),
    maxReceiveCount: integer(ConsumerEnvironment.MAX_RECEIVE_COUNT, 1),
    backoffBaseMs: integer(ConsumerEnvironment.BACKOFF_BASE_SECONDS, 1) * 1000,
    backoffCapMs: integer(ConsumerEnvironment.BACKOFF_CAP_SECONDS, 1) * 1000,
    queueRetentionMs: integer(ConsumerEnvironment.QUEUE_RETENTION_SECONDS, 60) * 1000,
  });
}
