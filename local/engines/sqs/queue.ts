import { setTimeout as delay } from 'node:timers/promises';
import type { StoredMessage } from './message.ts';
import { invalidParameter, Refusal } from './refusal.ts';

const MAX_HIDDEN_SECONDS = 12 * 60 * 60;
/** Read twice within this, a queue is busy, and a poll gathers: messages one by one would cost more than the wait. */
const BUSY_WITHIN_MS = 20;
const GATHER_MS = 5;

export interface ReceiveOptions {
  readonly max: number;
  readonly waitMs: number;
  readonly hideMs: number;
}

export type SettingTexts = Readonly<Record<string, string>>;
export interface QueueSettings {
  readonly texts: SettingTexts &
    Readonly<
      Record<
        'DelaySeconds' | 'MaximumMessageSize' | 'ReceiveMessageWaitTimeSeconds' | 'VisibilityTimeout',
        string
      >
    >;
  readonly redrive?: { readonly target: Queue; readonly maxReceiveCount: number };
}

/** A standard queue in memory. Nothing expires: no local run outlives a retention. */
export class Queue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  settings: QueueSettings;
  readonly #messages = new Map<string, StoredMessage>();
  readonly #ready = new Set<StoredMessage>();
  /** Lives on while the set changes. A new one for each look would step over every place that was left. */
  #next = this.#ready.values();
  /** Wakes the polls that wait. */
  readonly #waiting = new Set<() => void>();
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor({ name, url, arn, settings }: Pick<Queue, 'name' | 'url' | 'arn' | 'settings'>) {
    this.name = name;
    this.url = url;
    this.arn = arn;
    this.settings = settings;
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
      const { size: count } = this.#ready;
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

  get counts() {
    const waiting = this.#ready.size;
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

  /** The next messages that wait, off the queue. */
  give(most: number): StoredMessage[] {
    const given = [...this.#ready].slice(0, most);
    for (const message of given) this.#remove(message);
    return given;
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
    this.#ready.delete(message);
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

  /** First in, first out; each takes the same time however many there are. */
  #first(): StoredMessage | undefined {
    let { value } = this.#next.next();
    if (value === undefined && this.#ready.size > 0) {
      this.#next = this.#ready.values();
      ({ value } = this.#next.next());
    }
    if (value !== undefined) this.#ready.delete(value);
    return value;
  }

  #take(max: number, hideMs: number): StoredMessage[] {
    const nowMs = Date.now();
    const { redrive } = this.settings;
    const taken: StoredMessage[] = [];
    while (taken.length < max) {
      const message = this.#first();
      if (message === undefined) break;
      if (redrive !== undefined && message.receives >= redrive.maxReceiveCount) {
        this.#remove(message);
        redrive.target.add({ ...message, sourceArn: this.arn, arrivedAtMs: nowMs });
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
