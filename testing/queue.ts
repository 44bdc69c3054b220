export interface Content {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groupId: string | undefined;
}

export interface QueuedMessage {
  readonly id: string;
  readonly content: Content;
  /** Retention counts from here, after a move by SQS itself too. */
  readonly sentAtMs: number;
  visibleAtMs: number;
  receives: number;
  receivedAtMs: number;
  /** Of the latest receive. */
  receipt: string | undefined;
  firstReceivedAtMs: number | undefined;
}

export interface Received {
  readonly message: QueuedMessage;
  readonly receipt: string;
  /** As this receive counted it. */
  readonly receives: number;
}

/** What SQS leaves to chance. */
export interface Chance {
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
}

export interface QueueOptions {
  readonly name: string;
  readonly retentionMs: number;
  readonly visibilityMs: number;
  readonly random: Chance;
  /** Moves to a dead-letter queue what was received this often. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly to: SimulatedQueue };
  /** Chance that a receive leaves a second copy visible, and that a deleted message shows once more. */
  readonly duplicates: () => boolean;
  readonly ghosts: () => boolean;
  /** SQS's servers do not share one clock. */
  readonly stampSkewMs?: () => number;
  readonly onExpired: (message: QueuedMessage) => void;
  readonly onMoved?: (moved: QueuedMessage, from: QueuedMessage) => void;
  /** Something may have become visible earlier than it was. */
  readonly onChange?: () => void;
}

const MAX_VISIBILITY_MS = 12 * 3_600_000;

class QueueError extends Error {
  override readonly name = 'InvalidParameterValue';
  readonly $fault = 'client';
}

/** A standard queue: at least once, unordered. */
export class SimulatedQueue {
  readonly messages = new Map<string, QueuedMessage>();
  readonly #options: QueueOptions;
  #count = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  send(
    content: Content,
    nowMs: number,
    sentAtMs = nowMs + (this.#options.stampSkewMs?.() ?? 0),
  ): QueuedMessage {
    const names = Object.keys(content.attributes);
    if (content.body === '' || names.length > 10 || names.some((name) => content.attributes[name] === '')) {
      throw new QueueError('an empty body or attribute, or more than ten attributes');
    }
    const message: QueuedMessage = {
      id: `${this.#options.name}-${++this.#count}`,
      content,
      sentAtMs,
      visibleAtMs: nowMs,
      receives: 0,
      receivedAtMs: 0,
      receipt: undefined,
      firstReceivedAtMs: undefined,
    };
    this.messages.set(message.id, message);
    this.#options.onChange?.();
    return message;
  }

  /** When the next message can be received; undefined when there is none. */
  nextVisibleAtMs(): number | undefined {
    let next: number | undefined;
    for (const { visibleAtMs } of this.messages.values()) {
      if (next === undefined || visibleAtMs < next) next = visibleAtMs;
    }
    return next;
  }

  receive(maximum: number, nowMs: number): Received[] {
    this.expire(nowMs);
    const { random, redrive, visibilityMs, duplicates } = this.#options;
    const visible = [...this.messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
    const received: Received[] = [];
    while (visible.length > 0 && received.length < maximum) {
      const [message] = visible.splice(random.integer(0, visible.length - 1), 1);
      if (message === undefined) break;
      if (redrive !== undefined && message.receives >= redrive.maxReceiveCount) {
        this.messages.delete(message.id);
        this.#options.onMoved?.(redrive.to.send(message.content, nowMs, message.sentAtMs), message);
        continue;
      }
      message.receives++;
      message.receivedAtMs = nowMs;
      message.firstReceivedAtMs ??= nowMs;
      message.receipt = `${message.id}#${message.receives}`;
      message.visibleAtMs = duplicates() ? nowMs + random.integer(0, 2_000) : nowMs + visibilityMs;
      received.push({ message, receipt: message.receipt, receives: message.receives });
    }
    return received;
  }

  delete(receipt: string, nowMs: number): void {
    const message = this.#byReceipt(receipt);
    if (message === undefined) return;
    if (this.#options.ghosts()) {
      message.visibleAtMs = nowMs + this.#options.random.integer(1_000, 600_000);
      return;
    }
    this.messages.delete(message.id);
  }

  changeVisibility(receipt: string, seconds: number, nowMs: number): void {
    const message = this.#byReceipt(receipt);
    const hiddenMs = seconds * 1_000;
    if (message === undefined) throw new QueueError('the message does not exist any more');
    if (!Number.isInteger(seconds) || seconds < 0 || hiddenMs > MAX_VISIBILITY_MS) {
      throw new QueueError(`${seconds} is not a visibility timeout`);
    }
    if (nowMs + hiddenMs > message.receivedAtMs + MAX_VISIBILITY_MS) {
      throw new QueueError('the total visibility timeout is beyond 12 hours');
    }
    message.visibleAtMs = nowMs + hiddenMs;
    this.#options.onChange?.();
  }

  expire(nowMs: number): void {
    for (const message of this.messages.values()) {
      if (nowMs < message.sentAtMs + this.#options.retentionMs) continue;
      this.messages.delete(message.id);
      this.#options.onExpired(message);
    }
  }

  /** An older receipt of the message may still work: SQS says no more than that. */
  #byReceipt(receipt: string): QueuedMessage | undefined {
    const message = this.messages.get(receipt.slice(0, receipt.indexOf('#')));
    if (message === undefined) return undefined;
    return message.receipt === receipt || this.#options.random.chance(0.5) ? message : undefined;
  }
}
