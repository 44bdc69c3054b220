import type { SendMessageBatchRequest, SendMessageBatchResult } from '@aws-sdk/client-sqs';
import { inEntries } from '../batch.ts';
import { messageBytes } from '../message-rules.ts';
import type { Queues } from '../queues.ts';
import { Refusal } from '../refusal.ts';
import type { OnWire } from '../wire.ts';
import { sendMessage } from './send-message.ts';

const MAX_BYTES = 1_048_576;
const sendEach = inEntries(sendMessage);

export function sendMessageBatch(queues: Queues, input: OnWire<SendMessageBatchRequest>) {
  const bytes = (input.Entries ?? []).reduce((sum, entry) => sum + messageBytes(entry), 0);
  if (bytes > MAX_BYTES) {
    const message = `Batch requests cannot be longer than ${MAX_BYTES} bytes. You have sent ${bytes} bytes.`;
    throw new Refusal('AWS.SimpleQueueService.BatchRequestTooLong', message);
  }
  return sendEach(queues, input) satisfies OnWire<SendMessageBatchResult>;
}
