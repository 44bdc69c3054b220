import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { CallBounds } from '../runtime/client-options.ts';
import type { IngestDependencies } from './ingest.ts';

export const SQS_BOUNDS: CallBounds = { connectTimeoutMs: 1_000, requestTimeoutMs: 2_500, maxAttempts: 3 };

/** Puts a message on the queue: the one AWS call of an accepted webhook. */
export function createEnqueue(client: SQSClient, queueUrl: string): IngestDependencies['enqueue'] {
  return async (message, signal) => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...message }), { abortSignal: signal });
  };
}
