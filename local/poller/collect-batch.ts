import { setTimeout as delay } from 'node:timers/promises';
import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { PollerOptions } from './poller-options.ts';
import { toRecord } from './sqs-event.ts';

/**
 * AWS polls for 20 s. Disabling waits for the poll under way, since a message that an aborted one had taken would
 * stay hidden for its visibility timeout: locally nobody shall wait that long.
 */
const LONG_POLL_SECONDS = 1;
const RECEIVE_LIMIT = 10;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** How a poll ends before its time. */
export interface PollEnd {
  /** No further receive is started. */
  readonly stopping: AbortSignal;
  /** The receive under way is given up. */
  readonly aborted: AbortSignal;
}

/** One batch: full, or as full as it got within the batching window. Empty when the poll found nothing or failed. */
export async function collectBatch(options: PollerOptions, end: PollEnd): Promise<SQSRecord[]> {
  const { source } = options;
  const records: SQSRecord[] = [];
  let endsAtMs: number | undefined;
  while (records.length < source.batchSize && !end.stopping.aborted) {
    const waitMs = endsAtMs === undefined ? LONG_POLL_SECONDS * 1000 : endsAtMs - Date.now();
    if (waitMs <= 0) break;
    const messages = await receive(options, source.batchSize - records.length, waitMs, end.aborted);
    if (messages === undefined) break;
    records.push(...messages.map((message) => toRecord(message, source.queueArn)));
    if (source.batchingWindowSeconds === 0 || records.length === 0) break;
    endsAtMs ??= Date.now() + source.batchingWindowSeconds * 1000;
  }
  return records;
}

async function receive(
  { source, sqs, observer }: PollerOptions,
  wanted: number,
  waitMs: number,
  aborted: AbortSignal,
): Promise<Message[] | undefined> {
  try {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: source.queueUrl,
        MaxNumberOfMessages: Math.min(wanted, RECEIVE_LIMIT),
        WaitTimeSeconds: Math.min(Math.ceil(waitMs / 1000), LONG_POLL_SECONDS),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
      { abortSignal: aborted },
    );
    return Messages ?? [];
  } catch (error) {
    if (!aborted.aborted) {
      observer({ type: 'poll-failed', queueUrl: source.queueUrl, error });
      await delay(PAUSE_AFTER_FAILURE_MS, undefined, { signal: aborted }).catch(() => undefined);
    }
    return undefined;
  }
}
