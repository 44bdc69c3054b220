import type {
  InvocationError,
  InvocationResult,
  LocalCloudEvent,
  LocalCloudObserver,
} from '../../../local/cloud-events.ts';

/** What came of one delivery of a message to the consumer. */
export interface SettledMessage {
  readonly result: InvocationResult;
  /** Deleted from the queue, or left to come back. */
  readonly outcome: 'acknowledged' | 'returned';
  /** Of the function itself, when it failed as a whole. */
  readonly error?: InvocationError;
}

/** Deliveries by message id, whether they end before or after somebody asks. */
export class SettledMessages {
  readonly #settled = new Map<string, SettledMessage[]>();
  readonly #waiting = new Map<string, (settled: SettledMessage) => void>();
  readonly #errors = new Map<string, InvocationError>();

  readonly observe: LocalCloudObserver = (event: LocalCloudEvent) => {
    if (event.type === 'invocation-ended' && event.error !== undefined) {
      this.#errors.set(event.requestId, event.error);
    }
    if (event.type !== 'batch-settled') return;
    const error = this.#errors.get(event.requestId);
    this.#errors.delete(event.requestId);
    for (const { messageId, outcome } of event.records) {
      this.#add(messageId, { result: event.result, outcome, ...(error === undefined ? {} : { error }) });
    }
  };

  /**
   * The next delivery of this message.
   *
   * @throws {unknown} the signal's reason when it aborts
   */
  next(messageId: string, signal: AbortSignal): Promise<SettledMessage> {
    signal.throwIfAborted();
    const known = this.#settled.get(messageId)?.shift();
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.set(messageId, (settled) => {
        signal.removeEventListener('abort', abort);
        resolve(settled);
      });
    });
  }

  #add(messageId: string, settled: SettledMessage): void {
    const waiting = this.#waiting.get(messageId);
    this.#waiting.delete(messageId);
    if (waiting !== undefined) waiting(settled);
    else this.#settled.set(messageId, [...(this.#settled.get(messageId) ?? []), settled]);
  }
}
