import { setTimeout as delay } from 'node:timers/promises';
import type { QueueSettings } from './queue-settings.ts';
import { ReadyMessages } from './ready-messages.ts';
import { invalidParameter, Refusal } from './refusal.ts';
import type { StoredMessage } from './stored-message.ts';

const MAX_HIDDEN_SECONDS = 12 * 60 * 60;
/** Read twice within this, a queue is busy, and a poll gathers: messages one by one would cost more than the wait. */
const BUSY_WITHIN_MS = 20;
const GATHER_MS = 5;

export interface ReceiveOptions {
  readonly max: number;
  readonly waitMs: number;
  readonly hideMs: number;
}

/** A standard queue in memory. Nothing expires: no local run outlives a retention. */
export class Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  settings: QueueSettings;
  readonly #findByArn: (arn: string) => Queue | undefined;
  readonly #messages = new Map<string, StoredMessage>();
  readonly #ready = new ReadyMessages();
  /** Wakes the polls that wait. */
  readonly #waiting = new Set<() => void>();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    { name, url, arn, settings }: Pick<Queue, 'name' | 'url' | 'arn' | 'settings'>,
    findByArn: (arn: string) => Queue | undefined,
  ) {
    this.name = name;
    this.url = url;
    this.arn = arn;
    this.settings = settings;
    this.#findByArn = findByArn;
  }

  add(message: StoredMessage, delayMs = 0): void {
    this.#messages.set(message.id, message);
    this.#showAfter(message, delayMs);
  }

  /** Answers as soon as something is there, at the latest after `waitMs`. Once aborted it hides nothing. */
  async receive({ max, waitMs, hideMs }: ReceiveOptions, aborted: AbortSignal): Promise<StoredMessage[]> {
    const endsAtMs = performance.now() + waitMs;
    for (;;) {
      const leftMs = endsAtMs - performance.now();
      const { count } = this.#ready;
      const isBusy = performance.now() - this.#readAtMs < BUSY_WITHIN_MS;
      if (leftMs > 0 && count > 0 && count < max && isBusy) await delay(GATHER_MS);
      const taken = aborted.aborted ? [] : this.#take(max, hideMs);
      if (taken.length > 0 || leftMs <= 0 || aborted.aborted) return taken;
      await this.#arrival(leftMs, aborted);
    }
  }

  /** A message that is gone is no error, as on SQS. Only the newest handle deletes. */
  delete(receiptHandle: string): void {
    const message = this.#find(receiptHandle);
    if (message !== undefined && this.handleOf(message) === receiptHandle) this.#remove(message);
  }

  /** Hides a message in work from now on for so long; with 0 it can be received again. */
  hide(receiptHandle: string, seconds: number): void {
    const message = this.#find(receiptHandle);
    if (message === undefined || this.#ready.has(message)) {
      const reason = 'Message does not exist or is not available for visibility timeout change.';
      throw invalidParameter(receiptHandle, 'ReceiptHandle', reason);
    }
    const hiddenMs = Date.now() - message.lastReceivedAtMs;
    if (!(seconds >= 0 && hiddenMs + seconds * 1_000 <= MAX_HIDDEN_SECONDS * 1_000)) {
      const reason = `Total VisibilityTimeout for the message is beyond the limit [${MAX_HIDDEN_SECONDS} seconds].`;
      throw invalidParameter(seconds, 'VisibilityTimeout', reason);
    }
    this.#showAfter(message, seconds * 1_000);
  }

  counts() {
    const waiting = this.#ready.count;
    const hidden = [...this.#messages.values()].filter((message) => message.hidden !== undefined);
    const delayed = hidden.filter(({ receives }) => receives === 0).length;
    return { waiting, inFlight: hidden.length - delayed, delayed };
  }

  /** Age of the oldest message, in work or not; 0 when it is empty. SQS's metric skips those received three times. */
  oldestAgeMs(nowMs: number): number {
    let ageMs = 0;
    for (const { arrivedAtMs } of this.#messages.values()) ageMs = Math.max(ageMs, nowMs - arrivedAtMs);
    return ageMs;
  }

  /** The next message that waits, off the queue. */
  give(): StoredMessage | undefined {
    const message = this.#ready.take();
    if (message !== undefined) this.#remove(message);
    return message;
  }

  clear(): void {
    for (const message of this.#messages.values()) this.#remove(message);
  }

  /** Opaque to callers: the queue, the message and which of its receives this was. */
  handleOf({ id, receives }: StoredMessage): string {
    return Buffer.from(`${this.name} ${id} ${receives}`).toString('base64');
  }

  #find(receiptHandle: string): StoredMessage | undefined {
    const [name, id = ''] = Buffer.from(receiptHandle, 'base64').toString().split(' ');
    if (name === this.name) return this.#messages.get(id);
    throw new Refusal('ReceiptHandleIsInvalid', `The receipt handle "${receiptHandle}" is not valid.`);
  }

  #showAfter(message: StoredMessage, afterMs: number): void {
    clearTimeout(message.hidden);
    message.hidden = afterMs > 0 ? setTimeout(() => this.#showAfter(message, 0), afterMs) : undefined;
    if (message.hidden !== undefined) return;
    this.#ready.add(message);
    for (const wake of this.#waiting) wake();
  }

  #remove(message: StoredMessage): void {
    clearTimeout(message.hidden);
    this.#ready.remove(message);
    this.#messages.delete(message.id);
  }

  #arrival(withinMs: number, aborted: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        aborted.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      aborted.addEventListener('abort', wake);
      this.#waiting.add(wake);
    });
  }

  #take(max: number, hideMs: number): StoredMessage[] {
    const nowMs = Date.now();
    const { redrive } = this.settings;
    const taken: StoredMessage[] = [];
    while (taken.length < max) {
      const message = this.#ready.take();
      if (message === undefined) break;
      const target = redrive && this.#findByArn(redrive.targetArn);
      if (target !== undefined && message.receives >= (redrive?.maxReceiveCount ?? 0)) {
        this.#remove(message);
        target.add({ ...message, sourceArn: this.arn, arrivedAtMs: nowMs });
        continue;
      }
      message.receives += 1;
      message.firstReceivedAtMs ??= nowMs;
      message.lastReceivedAtMs = nowMs;
      this.#showAfter(message, hideMs);
      taken.push(message);
    }
    if (taken.length > 0) this.#readAtMs = performance.now();
    return taken;
  }
}
