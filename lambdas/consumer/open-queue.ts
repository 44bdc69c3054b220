import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from '../runtime/client-options.ts';
import type { ConsumerQueue } from './queue.ts';
import { createSqsQueue, type SqsQueueOptions } from './sqs-queue.ts';

/** Loaded by a dynamic import, so that it is a chunk of its own in the bundle. */
export function openQueue(urls: Omit<SqsQueueOptions, 'client'>): ConsumerQueue {
  const bounds = { connectTimeoutMs: 1_000, requestTimeoutMs: 2_500, maxAttempts: 3 };
  return createSqsQueue({ client: new SQSClient(clientOptions(bounds)), ...urls });
}
