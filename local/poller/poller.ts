import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { EventSourceModel } from '../assembly/stack-model.ts';
import type { LocalCloudObserver, SettledRecord } from '../cloud-events.ts';
import type { Invocation, LocalFunction } from '../runtime/local-function.ts';
import { type BatchAnswer, readBatchAnswer } from './batch-answer.ts';
import { Slots } from './slots.ts';
import { splitBySize, toRecord } from './sqs-event.ts';

/** Without a limit AWS starts with five and scales up; a laptop keeps to five. */
const DEFAULT_CONCURRENCY = 5;
const LONG_POLL_SECONDS = 20;
const RECEIVE_LIMIT = 10;
const MAX_EVENT_BYTES = 6 * 1024 * 1024 - 1024;
const PAUSE_AFTER_FAILURE_MS = 1_000;

export interface PollerOptions {
  readonly source: EventSourceModel;
  readonly sqs: SQSClient;
  readonly target: LocalFunction;
  readonly observer: LocalCloudObserver;
}

export interface Poller {
  /** Ends polling; resolves when the batches under way are settled, or when `graceMs` have passed. */
  stop(graceMs: number): Promise<void>;
}

/** Runs an SQS event source mapping by AWS's rules. */
export function startPoller(options: PollerOptions): Poller {
  const { source } = options;
  const stopping = new AbortController();
  const slots = new Slots(source.maximumConcurrency ?? DEFAULT_CONCURRENCY);
  const batches = new Set<Promise<void>>();

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      await slots.take();
      const records = await collect(options, stopping.signal);
      const [first, ...others] = splitBySize(records, MAX_EVENT_BYTES);
      if (first === undefined) slots.release();
      else run(first);
      for (const batch of others) {
        await slots.take();
        run(batch);
      }
    }
  }

  function run(records: readonly SQSRecord[]): void {
    const batch = settleBatch(options, records).finally(() => {
      batches.delete(batch);
      slots.release();
    });
    batches.add(batch);
  }

  const polling = source.enabled ? poll() : Promise.resolve();
  return {
    async stop(graceMs) {
      stopping.abort();
      const settled = polling.then(() => Promise.all(batches));
      await Promise.race([settled, delay(graceMs, undefined, { ref: false })]);
    },
  };
}

/** One batch: full, or as full as it got within the batching window. Empty when the poll found nothing or failed. */
async function collect(options: PollerOptions, stopping: AbortSignal): Promise<SQSRecord[]> {
  const { source } = options;
  const records: SQSRecord[] = [];
  let endsAtMs: number | undefined;
  while (records.length < source.batchSize && !stopping.aborted) {
    const waitMs = endsAtMs === undefined ? LONG_POLL_SECONDS * 1000 : endsAtMs - Date.now();
    if (waitMs <= 0) break;
    const messages = await receive(options, source.batchSize - records.length, waitMs, stopping);
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
  stopping: AbortSignal,
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
      { abortSignal: stopping },
    );
    return Messages ?? [];
  } catch (error) {
    if (!stopping.aborted) {
      observer({ type: 'poll-failed', queueUrl: source.queueUrl, error });
      await delay(PAUSE_AFTER_FAILURE_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
    return undefined;
  }
}

/** Invokes the function and deletes what it is done with. Never rejects: what is not deleted comes back. */
async function settleBatch(options: PollerOptions, records: readonly SQSRecord[]): Promise<void> {
  const { source, target, observer } = options;
  const { requestId, outcome } = await target.invoke(JSON.stringify({ Records: records }));
  const answer = answerOf(source, outcome, records);
  const done = answer.ok ? records.filter(({ messageId }) => !answer.failed.has(messageId)) : [];
  const deleted = await deleteMessages(options, done);
  observer({
    type: 'batch-settled',
    functionName: target.name,
    requestId,
    result: outcome.ok ? 'success' : outcome.result,
    records: records.map((record) => settledRecord(record, deleted)),
    ...(outcome.ok && !answer.ok ? { refusedAnswer: answer.reason } : {}),
  });
}

function answerOf(
  source: EventSourceModel,
  outcome: Invocation['outcome'],
  records: readonly SQSRecord[],
): BatchAnswer {
  if (!outcome.ok) return { ok: false, reason: outcome.result };
  if (!source.reportsItemFailures) return { ok: true, failed: new Set() };
  return readBatchAnswer(outcome.payload, new Set(records.map(({ messageId }) => messageId)));
}

async function deleteMessages(
  { source, sqs, observer }: PollerOptions,
  records: readonly SQSRecord[],
): Promise<ReadonlySet<string>> {
  const deleted = new Set<string>();
  for (let start = 0; start < records.length; start += RECEIVE_LIMIT) {
    try {
      const { Successful } = await sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: source.queueUrl,
          Entries: records
            .slice(start, start + RECEIVE_LIMIT)
            .map(({ messageId, receiptHandle }) => ({ Id: messageId, ReceiptHandle: receiptHandle })),
        }),
      );
      for (const { Id } of Successful ?? []) if (Id !== undefined) deleted.add(Id);
    } catch (error) {
      observer({ type: 'poll-failed', queueUrl: source.queueUrl, error });
    }
  }
  return deleted;
}

function settledRecord(record: SQSRecord, deleted: ReadonlySet<string>): SettledRecord {
  const attributes: Record<string, string> = {};
  for (const [name, { stringValue }] of Object.entries(record.messageAttributes)) {
    if (stringValue !== undefined) attributes[name] = stringValue;
  }
  return {
    messageId: record.messageId,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    attributes,
    outcome: deleted.has(record.messageId) ? 'acknowledged' : 'returned',
  };
}
