import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import type { createRequestHandler } from 'local-aws-sqs';
import { isRecord, parseRecord } from '../json.ts';
import { notInFlightRefusal, type SqsRefusal, visibilityRefusal } from './sqs-refusal.ts';

/** Of a poll that does not wait and finds nothing although something waits, such as delayed messages. */
const MAX_SHORT_LOOKS = 5;

export type SqsService = ReturnType<typeof createRequestHandler>['service'];
type Queue = SqsService['Queues'][number];

/** A message as the engine keeps it. */
interface Entry {
  visible: boolean;
  readonly record: {
    readonly MessageId: string;
    ReceiptHandle: string;
    readonly attributes: Record<string, string>;
  };
}

/** Thrown out of the engine's own batch action, which copies `Code` and the message into `Failed`. */
class RefusedVisibility extends Error {
  readonly Code: string;
  constructor(refusal: SqsRefusal) {
    super(refusal.message);
    this.Code = refusal.code;
  }
}

/** Where a message is, and since when. */
interface Place {
  readonly entry: Entry;
  readonly queue: Queue;
  /** On the dead-letter queue the age counts from the move, as on SQS. */
  readonly arrivedAtMs: number;
}

/** Restores what the engine's queues do differently from SQS. One per engine. */
export class QueueBehaviour {
  readonly #places = new Map<string, Place>();
  readonly #restored = new WeakSet<Queue>();
  readonly #client = new AsyncLocalStorage<AbortSignal>();

  /** Runs one ReceiveMessage; when its client goes away, the poll ends and hides nothing. */
  poll(response: ServerResponse, work: () => Promise<void>): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    return this.#client.run(gone.signal, work);
  }

  /** Why the message behind this handle may not be hidden for that long, or undefined. */
  visibilityRefusal(receiptHandle: string, timeoutSeconds: number): SqsRefusal | undefined {
    const handle = parseHandle(receiptHandle);
    if (handle === undefined) return undefined;
    const entry = this.#places.get(handle.messageId)?.entry;
    if (entry === undefined || entry.visible) return notInFlightRefusal(receiptHandle);
    return visibilityRefusal(timeoutSeconds, handle.receivedAtMs, Date.now());
  }

  /**
   * Age of the oldest message on a queue, in work or not; 0 when it is empty, undefined when there is no such
   * queue. SQS's metric skips messages that were received three times; here all count.
   */
  oldestAgeMs(queueName: string, service: SqsService, nowMs: number): number | undefined {
    const queue = service.Queues.find((candidate) => candidate.QueueName === queueName);
    if (queue === undefined) return undefined;
    const arrivals = [...this.#places.values()].flatMap((place) =>
      place.queue === queue ? [place.arrivedAtMs] : [],
    );
    return arrivals.reduce((ageMs, arrivedAtMs) => Math.max(ageMs, nowMs - arrivedAtMs), 0);
  }

  /** Patches queues that were created since the last call. */
  restore(service: SqsService): void {
    for (const queue of service.Queues) {
      if (this.#restored.has(queue)) continue;
      this.#restored.add(queue);
      this.#keepEntries(queue);
      this.#changeVisibility(queue);
      this.#receive(queue);
      countInFlightApart(queue);
    }
  }

  /** A message that moves to the dead-letter queue keeps its first enqueue time, as on SQS. */
  #keepEntries(queue: Queue): void {
    const setRecord = queue.setRecord;
    queue.setRecord = (input, messageId) => {
      const moved = messageId === undefined ? undefined : this.#places.get(messageId)?.entry;
      const entry: unknown = setRecord(input, messageId);
      if (isEntry(entry)) {
        const sentAt = moved?.record.attributes['SentTimestamp'];
        if (sentAt !== undefined) entry.record.attributes['SentTimestamp'] = sentAt;
        this.#places.set(entry.record.MessageId, { entry, queue, arrivedAtMs: Date.now() });
      }
      return entry;
    };
    const remove = queue.delete.bind(queue);
    queue.delete = (receiptHandle) => {
      const removed = remove(receiptHandle);
      const handle = parseHandle(receiptHandle);
      if (removed && handle !== undefined) this.#places.delete(handle.messageId);
      return removed;
    };
    const clear = queue.clearRecords.bind(queue);
    queue.clearRecords = () => {
      clear();
      for (const [messageId, place] of this.#places) {
        if (place.queue === queue) this.#places.delete(messageId);
      }
    };
  }

  /** The engine counts a change of visibility as a receive, which would burn `maxReceiveCount`. */
  #changeVisibility(queue: Queue): void {
    const change = queue.changeVisibility.bind(queue);
    queue.changeVisibility = (receiptHandle, timeoutSeconds) => {
      const refusal = this.visibilityRefusal(receiptHandle, Number(timeoutSeconds));
      if (refusal !== undefined) throw new RefusedVisibility(refusal);
      const messageId = parseHandle(receiptHandle)?.messageId;
      const attributes =
        messageId === undefined ? undefined : this.#places.get(messageId)?.entry.record.attributes;
      const count = attributes?.['ApproximateReceiveCount'];
      const changed = change(receiptHandle, timeoutSeconds);
      if (attributes !== undefined && count !== undefined) attributes['ApproximateReceiveCount'] = count;
      return changed;
    };
  }

  /**
   * The engine holds a long poll until its time is over unless the batch is full; SQS answers with the first
   * message. And a poll whose client went away must not hide messages. On a machine that is busy the engine's
   * timer for the end of a poll may fire before the one that looks: then it has not looked at all, and does again.
   */
  #receive(queue: Queue): void {
    const receive = queue.receive.bind(queue);
    queue.receive = async (input) => {
      const gone = this.#client.getStore();
      const waitSeconds = Number(input.WaitTimeSeconds ?? queue.ReceiveMessageWaitTimeSeconds);
      const endsAtMs = Date.now() + waitSeconds * 1000;
      for (let look = 1; ; look += 1) {
        const records = await receive({ ...input, WaitTimeSeconds: 0 });
        if (gone?.aborted) {
          for (const record of records) putBack(queue, this.#places.get(record.MessageId)?.entry);
          return [];
        }
        if (records.length > 0) return records;
        if (Date.now() >= endsAtMs && (look >= MAX_SHORT_LOOKS || waitingCount(queue) === 0)) return records;
      }
    };
  }
}

/** What can be received right now, and what is delayed. */
function waitingCount(queue: Queue): number {
  return Number(queue.getAttributes(['ApproximateNumberOfMessages']).ApproximateNumberOfMessages);
}

function putBack(queue: Queue, entry: Entry | undefined): void {
  if (entry === undefined) return;
  const count = Number(entry.record.attributes['ApproximateReceiveCount']);
  entry.record.attributes['ApproximateReceiveCount'] = String(count - 1);
  queue.changeVisibility(entry.record.ReceiptHandle, '0');
}

/** The engine counts messages in flight as waiting too; its own move task relies on that. */
function countInFlightApart(queue: Queue): void {
  const getAttributes = queue.getAttributes.bind(queue);
  const startMessageMoveTask = queue.startMessageMoveTask.bind(queue);
  let moving = false;
  queue.startMessageMoveTask = (task) => {
    moving = true;
    try {
      return startMessageMoveTask(task);
    } finally {
      moving = false;
    }
  };
  queue.getAttributes = (names) => {
    const attributes: unknown = getAttributes(names);
    if (moving || !isRecord(attributes) || attributes['ApproximateNumberOfMessages'] === undefined) {
      return attributes;
    }
    const counts = getAttributes(['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible']);
    const waiting =
      Number(counts.ApproximateNumberOfMessages) - Number(counts.ApproximateNumberOfMessagesNotVisible);
    return { ...attributes, ApproximateNumberOfMessages: String(waiting) };
  };
}

/** The engine's receipt handles say which message was received, and when. */
function parseHandle(receiptHandle: string): { messageId: string; receivedAtMs: number } | undefined {
  const text = Buffer.from(receiptHandle, 'base64').toString();
  const handle = parseRecord(text.slice(Math.max(0, text.indexOf('{'))));
  const messageId = handle?.['MessageId'];
  const receivedAtMs = handle?.['date'];
  if (typeof messageId !== 'string' || typeof receivedAtMs !== 'number') return undefined;
  return { messageId, receivedAtMs };
}

function isEntry(value: unknown): value is Entry {
  return isRecord(value) && typeof value['visible'] === 'boolean' && isRecord(value['record']);
}
