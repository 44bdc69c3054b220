import { type MessageAttributeValue, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { MAX_MESSAGE_BYTES, MessageAttribute } from '../../lambdas/contract/message.ts';
import type { Target } from '../core/target.ts';
import { BATCH_ENTRIES, callBatch, type EntryFailure } from './batch-call.ts';
import type { DeadLetter } from './dead-letter.ts';

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

/**
 * Sends letters to the main queue as they first were there: body, message group and every attribute but `failure`,
 * each with its own data type. Never rejects.
 *
 * @param letters - a batch that SQS takes, see {@link inSendableBatches}
 * @returns for each letter why it was not confirmed; undefined when it was
 */
export function sendBack(
  target: Target,
  letters: readonly DeadLetter[],
): Promise<readonly (EntryFailure | undefined)[]> {
  return callBatch(letters, (entries) =>
    target.clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: target.queueUrl,
        Entries: entries.map(([Id, { body, attributes, messageGroupId }]) => ({
          Id,
          MessageBody: body,
          MessageAttributes: withoutFailure(attributes),
          ...(messageGroupId === undefined ? {} : { MessageGroupId: messageGroupId }),
        })),
      }),
    ),
  );
}

/** The list members of a value, which no version of SQS has ever filled, are left out: it refuses them. */
function withoutFailure(attributes: Attributes): Record<string, MessageAttributeValue> {
  const kept: Record<string, MessageAttributeValue> = {};
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    if (name === MessageAttribute.FAILURE) continue;
    kept[name] = BinaryValue === undefined ? { DataType, StringValue } : { DataType, BinaryValue };
  }
  return kept;
}

/** Batches of at most ten messages, or fewer, and 1 MiB together: SQS refuses a bigger one whole. */
export function inSendableBatches<Item extends { readonly letter: DeadLetter }>(
  items: readonly Item[],
  mostEntries = BATCH_ENTRIES,
): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  let current: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = messageBytes(item.letter);
    if (
      current.length >= Math.min(mostEntries, BATCH_ENTRIES) ||
      (current.length > 0 && bytes + size > MAX_MESSAGE_BYTES)
    ) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += size;
  }
  return current.length === 0 ? batches : [...batches, current];
}

/** As SQS counts: the body and each attribute's name, type and value. */
function messageBytes({ body, attributes }: DeadLetter): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(withoutFailure(attributes))) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.DataType ?? '');
    bytes += Buffer.byteLength(value.StringValue ?? '') + (value.BinaryValue?.byteLength ?? 0);
  }
  return bytes;
}
