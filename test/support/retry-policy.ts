import type { RetryPolicy } from '../../lambdas/consumer/policy.ts';

/** What a test's consumer keeps to, unless the test says otherwise. */
export const RETRY_POLICY: RetryPolicy = {
  maxAttempts: 3,
  maxReceiveCount: 50,
  backoffBaseMs: 10_000,
  backoffCapMs: 900_000,
  queueRetentionMs: 7 * 86_400_000,
};
