import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions, withoutCallLogging } from '../runtime/client-options.ts';
import type { IngestDependencies } from './ingest.ts';

const BOUNDS = { connectTimeoutMs: 1_000, requestTimeoutMs: 2_500, maxAttempts: 3 };

/**
 * The steps of a call are put together once, not at each call. Without the MD5 of what SQS stored (run: 0.5 ms for
 * 350 KB): TLS and the request's own signature, which holds the SHA-256 of the body, protect the same bytes on the
 * same way.
 */
export function createQueueClient(): SQSClient {
  return withoutCallLogging(new SQSClient({ ...clientOptions(BOUNDS), cacheMiddleware: true, md5: false }));
}

/**
 * Puts a message on the queue: the one AWS call of an accepted webhook.
 *
 * The call has no abort signal: with options of its own the SDK puts its steps together anew (run: a fifth of
 * ingest's CPU time). At the deadline its connection is closed instead. The SDK may then try once more, for an
 * event that was answered 503: the delivery that follows is a duplicate, which the ledger recognises.
 */
export function createEnqueue(client: SQSClient, queueUrl: string): IngestDependencies['enqueue'] {
  return async (message, whenPassed) => {
    whenPassed(() => client.destroy());
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...message }));
  };
}
