import type { DeadLetter } from './dead-letter.ts';
import { eventKeyOf } from './fold.ts';
import type { PlannedEvent } from './plan.ts';

/** SQS's servers do not share one clock. */
const CLOCK_MARGIN_MS = 1_000;

export interface EventOutcome {
  readonly plan: PlannedEvent;
  /** `planned`: a dry run would have changed it. */
  readonly outcome: 'moved' | 'deleted' | 'skipped' | 'planned' | 'failed';
  /** Why it failed; on `moved` and `deleted`, what was left behind. For people. */
  readonly error?: string;
}

interface SettledEvent {
  readonly outcome: EventOutcome['outcome'];
  /** The latest time at which a letter had been put on the queue, of those received before it was settled. */
  readonly horizonMs: number;
}

/**
 * The events that this run is done with. None is taken up again: while a redrive runs, the consumer may have failed
 * on what it moved and put it back on the dead-letter queue. That letter is the event's only one now. It stays.
 */
export class SettledEvents {
  readonly #events = new Map<string, SettledEvent>();
  #horizonMs = 0;

  received({ sentAtMs }: DeadLetter): void {
    this.#horizonMs = Math.max(this.#horizonMs, sentAtMs);
  }

  add({ letter }: PlannedEvent, outcome: EventOutcome['outcome']): void {
    this.#events.set(eventKeyOf(letter), { outcome, horizonMs: this.#horizonMs });
  }

  has(letter: DeadLetter): boolean {
    return this.#events.has(eventKeyOf(letter));
  }

  /**
   * Whether it is a copy of an event that was moved or deleted, and was on the queue before that. SQS stamps a letter
   * when it takes it: one stamped before another that we had received already cannot have come from the move.
   */
  isRedundant(letter: DeadLetter): boolean {
    const event = this.#events.get(eventKeyOf(letter));
    const isGone = event?.outcome === 'moved' || event?.outcome === 'deleted';
    return isGone && letter.sentAtMs + CLOCK_MARGIN_MS <= event.horizonMs;
  }
}
