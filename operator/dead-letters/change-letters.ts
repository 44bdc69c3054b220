import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../lambdas/runtime/in-parallel.ts';
import { readQueueDepth } from '../core/queue-depth.ts';
import type { Target } from '../core/target.ts';
import { BATCH_ENTRIES } from './batch-call.ts';
import type { DeadLetter } from './dead-letter.ts';
import { HeldLetters } from './held-letters.ts';
import type { PlannedEvent } from './plan.ts';
import { receiveLetters } from './receive-letters.ts';
import { removeLetters } from './remove-letters.ts';
import { type Selection, selects } from './selection.ts';
import { inSendableBatches } from './send-back.ts';
import { type EventOutcome, SettledEvents } from './settled-events.ts';

/** Held in memory at a time, whichever comes first; what is received beyond it by then is held too. */
const DEFAULT_ROUND_LETTERS = 1_000;
const PARALLEL_BATCHES = 4;
const ROUND_BYTES = 64 * 1024 * 1024;

export interface ChangeOptions {
  readonly selection: Selection;
  /** Plans and changes nothing. */
  readonly dryRun: boolean;
  /** Ends after so many events that do not stay. @default all */
  readonly limit?: number;
  /** Events per second. @default as fast as it goes */
  readonly perSecond?: number;
  /** Letters held in memory at a time. @default 1,000 */
  readonly roundLetters?: number;
  /** An abort lets what was begun end, puts the rest back and resolves with `interrupted: true`. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ChangeProgress) => void;
  /** Each event as it is settled. */
  readonly onOutcome?: (outcome: EventOutcome) => void;
}

export interface ChangeProgress {
  /** Letters received, selected or not. */
  readonly looked: number;
  /** Letters on the queue, approximately. */
  readonly expected: number;
  /** Events settled. */
  readonly done: number;
}

/** Events by outcome. */
export interface ChangeResult {
  readonly moved: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly failed: number;
  readonly planned: number;
  /** Further copies of a moved or deleted event that were deleted with it. */
  readonly folded: number;
  /** Letters of moved events that could not be removed: the event is on both queues, and the ledger recognises it. */
  readonly leftBehind: number;
  /** Letters that others held when it began, according to SQS: none of them was looked at. */
  readonly hidden: number;
  /**
   * Letters that SQS counted as visible when it began, and did not give: others took them meanwhile, its count was
   * wrong, or this process holds all that SQS lets one queue have in flight (about 120,000).
   */
  readonly unseen: number;
  /** Letters in place that SQS did not take back at once: visible within `LOOK_VISIBILITY_SECONDS`. */
  readonly comingBack: number;
  readonly interrupted: boolean;
  /** Letters that are on the queue still, approximately; present when it was interrupted or `limit` ended it. */
  readonly left?: number;
}

/** What a change does to the letters of one event. */
export interface Settled extends Omit<EventOutcome, 'plan'> {
  /** Copies that are gone from the dead-letter queue. */
  readonly removed?: number;
  /** Copies that should be gone and are not. */
  readonly leftBehind?: number;
}

export type SettledEvent = readonly [plan: PlannedEvent, settled: Settled];

export interface Change {
  plan(letters: readonly DeadLetter[], signal: AbortSignal): Promise<readonly PlannedEvent[]>;
  /** Whether the event is left alone, by its plan. */
  stays(plan: PlannedEvent): boolean;
  /** Settles a batch of events, whole, once it is begun. Never rejects on an event's own. */
  settle(batch: readonly PlannedEvent[], held: HeldLetters): Promise<readonly SettledEvent[]>;
  readonly nowMs: () => number;
}

/**
 * Takes the selected letters in rounds, so that any number of them fits in memory. What is not selected, and what is
 * to stay, is held until the end: put back earlier, it would be received again. Then all that is held becomes
 * visible, also after an error or an abort.
 */
export async function changeLetters(
  target: Target,
  options: ChangeOptions,
  change: Change,
): Promise<ChangeResult> {
  const {
    selection,
    signal,
    dryRun,
    limit = Number.POSITIVE_INFINITY,
    perSecond,
    onProgress,
    onOutcome,
  } = options;
  // At a rate, no more are hidden from others than are due in ten seconds.
  const portion = Math.ceil((perSecond ?? Number.POSITIVE_INFINITY) * 10);
  const roundLetters = Math.min(
    options.roundLetters ?? DEFAULT_ROUND_LETTERS,
    Math.max(portion, BATCH_ENTRIES),
  );
  const inTime = new Rate(perSecond, signal);
  const counts = { moved: 0, deleted: 0, skipped: 0, failed: 0, planned: 0 };
  let folded = 0;
  let leftBehind = 0;
  let done = 0;
  let begun = 0;
  let depth = { visible: 0, hidden: 0 };
  let unseen = 0;
  let comingBack = 0;
  const settledEvents = new SettledEvents();
  const held = new HeldLetters(target);
  try {
    depth = await readQueueDepth(target, target.deadLetterQueueUrl, signal);
    const expected = depth.visible;
    held.expect(expected);
    const progress = () => onProgress?.({ looked: held.seen, expected, done });
    for (let isOver = false; !isOver && !signal.aborted; ) {
      const round = new Round(Math.min(roundLetters, limit - begun), selection.id);
      const isEmpty = await receiveLetters(target, {
        held,
        expected,
        signal,
        isFull: () => round.isFull || round.isComplete,
        onLetter(letter) {
          settledEvents.received(letter);
          if (selects(selection, letter, change.nowMs())) round.add(letter);
        },
        onBatch: progress,
      });
      isOver = isEmpty || round.isComplete;
      if (isEmpty) unseen = Math.max(0, expected - held.seen);
      if (signal.aborted) break;

      const copies = round.letters.filter((letter) => settledEvents.isRedundant(letter));
      // Safe to delete: this run has moved, confirmed, or deleted the same event with the same body, and these copies
      // were on the queue before that.
      folded += copies.length - (await removeLetters(target, copies, held)).size;
      const fresh = round.letters.filter((letter) => !settledEvents.has(letter));
      const plans = await change.plan(fresh, signal);
      const onSettled = (plan: PlannedEvent, { removed = 0, leftBehind: left = 0, ...outcome }: Settled) => {
        settledEvents.add(plan, outcome.outcome);
        counts[outcome.outcome] += 1;
        folded += Math.max(0, removed - 1);
        leftBehind += left;
        done += 1;
        onOutcome?.({ plan, ...outcome });
        progress();
      };
      for (const plan of plans) if (change.stays(plan)) onSettled(plan, { outcome: 'skipped' });
      const going = plans.filter((plan) => !change.stays(plan)).slice(0, limit - begun);
      begun += going.length;
      isOver ||= begun >= limit;
      if (dryRun) for (const plan of going) onSettled(plan, { outcome: 'planned' });
      else {
        await inParallel(inSendableBatches(going, perSecond), PARALLEL_BATCHES, async (batch) => {
          // A batch that was begun is finished.
          if (!(await inTime.take(batch.length))) return;
          for (const settled of await change.settle(batch, held)) onSettled(...settled);
        });
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    comingBack = await held.putBack();
  }
  return {
    ...counts,
    folded,
    leftBehind,
    hidden: depth.hidden,
    unseen,
    comingBack,
    interrupted: signal.aborted,
    ...(signal.aborted || begun >= limit
      ? { left: Math.max(0, depth.visible - counts.moved - counts.deleted - folded + leftBehind) }
      : {}),
  };
}

/** Lets so many events go in a second. */
class Rate {
  readonly #perSecond: number;
  readonly #signal: AbortSignal;
  #nextAtMs = 0;

  constructor(perSecond = Number.POSITIVE_INFINITY, signal: AbortSignal) {
    this.#perSecond = perSecond;
    this.#signal = signal;
  }

  /** @returns false when it was aborted meanwhile */
  async take(events: number): Promise<boolean> {
    const atMs = Math.max(performance.now(), this.#nextAtMs);
    this.#nextAtMs = atMs + (events * 1_000) / this.#perSecond;
    const waitMs = atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#signal }).catch(() => undefined);
    return !this.#signal.aborted;
  }
}

/** The selected letters of one round. */
class Round {
  readonly letters: DeadLetter[] = [];
  readonly #maxLetters: number;
  readonly #wantedId: string | undefined;
  #bytes = 0;
  /** The one message that was asked for is here. A svix-id may name several: for it, all have to be looked at. */
  isComplete = false;

  constructor(maxLetters: number, wantedId: string | undefined) {
    this.#maxLetters = maxLetters;
    this.#wantedId = wantedId;
  }

  get isFull(): boolean {
    return this.letters.length >= this.#maxLetters || this.#bytes >= ROUND_BYTES;
  }

  add(letter: DeadLetter): void {
    this.letters.push(letter);
    this.#bytes += letter.body.length;
    if (letter.messageId === this.#wantedId && letter.eventId !== this.#wantedId) this.isComplete = true;
  }
}
