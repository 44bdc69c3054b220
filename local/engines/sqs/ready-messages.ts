import type { StoredMessage } from './stored-message.ts';

/** First in, first out; any can be taken out. Each takes the same time however many there are. */
export class ReadyMessages {
  readonly #messages = new Set<StoredMessage>();
  /** Lives on while the set changes. A new one for each look would step over every place that was left. */
  #next = this.#messages.values();

  get count(): number {
    return this.#messages.size;
  }

  has(message: StoredMessage): boolean {
    return this.#messages.has(message);
  }

  add(message: StoredMessage): void {
    this.#messages.add(message);
  }

  remove(message: StoredMessage): void {
    this.#messages.delete(message);
  }

  take(): StoredMessage | undefined {
    if (this.#messages.size === 0) return undefined;
    let { value } = this.#next.next();
    if (value === undefined) {
      this.#next = this.#messages.values();
      ({ value } = this.#next.next());
    }
    if (value !== undefined) this.#messages.delete(value);
    return value;
  }
}
