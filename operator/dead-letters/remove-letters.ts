import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { Target } from '../core/target.ts';
import { BATCH_ENTRIES, callBatch } from './batch-call.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { HeldLetters } from './held-letters.ts';
import { inChunks } from './in-parallel.ts';

/**
 * Deletes letters from the dead-letter queue. Whoever calls it has said why that is safe. Never rejects.
 *
 * @returns message id → why it is still there; empty when all are gone
 */
export async function removeLetters(
  target: Target,
  letters: readonly DeadLetter[],
  held: HeldLetters,
): Promise<ReadonlyMap<string, string>> {
  const remaining = new Map<string, string>();
  for (const chunk of inChunks(letters, BATCH_ENTRIES)) {
    const failures = await callBatch(chunk, (entries) =>
      target.clients.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: target.deadLetterQueueUrl,
          Entries: entries.map(([Id, letter]) => ({ Id, ReceiptHandle: held.handleOf(letter) })),
        }),
      ),
    );
    chunk.forEach((letter, index) => {
      const failure = failures[index];
      if (failure === undefined) held.forget(letter);
      else remaining.set(letter.messageId, failure.text);
    });
  }
  return remaining;
}
