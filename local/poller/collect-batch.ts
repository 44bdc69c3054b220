import { setTimeout as delay } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import { ACTIONS } from '../engines/sqs/actions.ts';
import type { PollerOptions } from './poller-options.ts';
import { toRecord } from './sqs-event.ts';

const LONG_POLL_SECONDS = 20;
const RECEIVE_LIMIT = 10;
const PAUSE_AFTER_FAILURE_MS = 1_000;
const ALL = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] };

/**
 * One batch: full, or as full as it got within the batching window. Empty when the poll found nothing or failed.
 *
 * @param stopping - gives the receive under way up, and starts no further one
 */
export async function collectBatch(options: PollerOptions, stopping: AbortSignal): Promise<SQSRecord[]> {
  const { source } = options;
  const records: SQSRecord[] = [];
  let endsAtMs: number | undefined;
  while (records.length < source.batchSize && !stopping.aborted) {
    const waitMs = endsAtMs === undefined ? LONG_POLL_SECONDS * 1000 : endsAtMs - Date.now();
    if (waitMs <= 0) break;
    const received = await receive(options, source.batchSize - records.length, waitMs, stopping);
    if (received === undefined) break;
    records.push(...received);
    if (source.batchingWindowSeconds === 0 || records.length === 0) break;
    endsAtMs ??= Date.now() + source.batchingWindowSeconds * 1000;
  }
  return records;
}

async function receive(
  { source, queues, observer }: PollerOptions,
  wanted: number,
  waitMs: number,
  stopping: AbortSignal,
): Promise<SQSRecord[] | undefined> {
  try {
    const { Messages = [] } = await ACTIONS.ReceiveMessage(
      queues,
      {
        ...ALL,
        QueueUrl: source.queueUrl,
        MaxNumberOfMessages: Math.min(wanted, RECEIVE_LIMIT),
        WaitTimeSeconds: waitMs / 1000,
      },
      stopping,
    );
    return Messages.map((message) => toRecord(message, source.queueArn));
  } catch (error) {
    observer({ type: 'poll-failed', queueUrl: source.queueUrl, error });
    await delay(PAUSE_AFTER_FAILURE_MS, undefined, { signal: stopping }).catch(() => undefined);
    return undefined;
  }
}
