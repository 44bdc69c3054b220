import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import { inParallel } from '../../lambdas/runtime/in-parallel.ts';
import type { Target } from '../core/target.ts';
import { BATCH_ENTRIES, callBatch, type EntryFailure } from './batch-call.ts';
import type { DeadLetter } from './dead-letter.ts';
import { inChunks, untilAborted } from './in-parallel.ts';

/**
 * How long a received letter stays hidden, in seconds: after a process that was killed, the letters come back by
 * themselves. What is held longer is renewed.
 */
export const LOOK_VISIBILITY_SECONDS = 30;
/** Of more letters than this, each stays hidden for {@link LONG_LOOK_SECONDS}: renewing them would be half the work. */
export const LONG_LOOK_LETTERS = 10_000;
export const LONG_LOOK_SECONDS = 120;

/** Batches in the air at a time: renews about 50,000 letters in time, at 25 ms a call. */
const PARALLEL_CALLS = 8;
/** A renewal under way when the letters are put back may not undo that; a call that hangs is given up. */
const LAST_RENEWAL_MS = 2_000;

interface Hold {
  readonly receiptHandle: string;
  /** By this process's monotonic clock, counted from before the call: never later than SQS's own. */
  hiddenUntilMs: number;
}

type Holding = readonly [messageId: string, hold: Hold];

/** The letters that this process has received and hides from others, until it deletes them or puts them back. */
export class HeldLetters {
  readonly #target: Target;
  /** How long a letter is hidden by each receive and each renewal. */
  visibilitySeconds: number;
  readonly #holds = new Map<string, Hold>();
  readonly #seen = new Set<string>();
  readonly #stopping = new AbortController();
  #renewing: Promise<void> | undefined;

  constructor(target: Target, visibilitySeconds = LOOK_VISIBILITY_SECONDS) {
    this.#target = target;
    this.visibilitySeconds = visibilitySeconds;
  }

  /** About so many will be received. */
  expect(letters: number): void {
    if (letters > LONG_LOOK_LETTERS) this.visibilitySeconds = LONG_LOOK_SECONDS;
  }

  get #visibilityMs(): number {
    return this.visibilitySeconds * 1000;
  }

  /** Distinct messages received so far, deleted ones included. */
  get seen(): number {
    return this.#seen.size;
  }

  /**
   * A letter was received. Of several handles the newest counts: SQS takes a deletion by an older one, and may not
   * do it.
   *
   * @param calledAtMs - `performance.now()` before the receive
   * @returns false when it had been received before
   */
  add(messageId: string, receiptHandle: string, calledAtMs: number): boolean {
    this.#holds.set(messageId, { receiptHandle, hiddenUntilMs: calledAtMs + this.#visibilityMs });
    this.#renewing ??= this.#renewUntilStopped();
    const isNew = !this.#seen.has(messageId);
    this.#seen.add(messageId);
    return isNew;
  }

  /** Whether nobody else can receive the letter in the next `forMs`. */
  isHeld({ messageId }: DeadLetter, forMs: number): boolean {
    const hold = this.#holds.get(messageId);
    return hold !== undefined && hold.hiddenUntilMs - performance.now() >= forMs;
  }

  /** The newest receipt handle; one that has run out may still delete what nobody has received since. */
  handleOf({ messageId, receiptHandle }: DeadLetter): string {
    return this.#holds.get(messageId)?.receiptHandle ?? receiptHandle;
  }

  /** The letter was deleted. */
  forget({ messageId }: DeadLetter): void {
    this.#holds.delete(messageId);
  }

  /**
   * Makes everything visible again, in at most the visibility timeout. Never rejects.
   *
   * @param onProgress - called with how many are to go
   * @returns how many SQS did not take back: their visibility timeout ends soon
   */
  async putBack(onProgress?: (left: number) => void): Promise<number> {
    this.#stopping.abort();
    await this.#renewing;
    const signal = AbortSignal.timeout(this.#visibilityMs);
    let left = 0;
    await this.#changeVisibility([...this.#holds], 0, signal, (messageId, _, failure) => {
      this.#holds.delete(messageId);
      onProgress?.(this.#holds.size);
      // What SQS refuses is not ours any more: visible already, or deleted.
      if (failure !== undefined && !failure.refused) left += 1;
    });
    return left;
  }

  async #renewUntilStopped(): Promise<void> {
    const { signal } = this.#stopping;
    const giveUp = new AbortController();
    const whenStopped = () => setTimeout(() => giveUp.abort(), LAST_RENEWAL_MS).unref();
    signal.addEventListener('abort', whenStopped, { once: true });
    while (!signal.aborted) {
      // An abort ends the pause; the loop looks at the signal.
      await sleep(this.#visibilityMs / 6, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#renew(giveUp.signal);
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    const due = [...this.#holds].filter(([, hold]) => hold.hiddenUntilMs - nowMs < this.#visibilityMs / 2);
    await this.#changeVisibility(
      due,
      this.visibilitySeconds,
      signal,
      (messageId, hold, failure, calledAtMs) => {
        if (failure === undefined) hold.hiddenUntilMs = calledAtMs + this.#visibilityMs;
        // It became visible before, and may be somebody else's. Received once more meanwhile, it has another hold.
        else if (failure.refused && this.#holds.get(messageId) === hold) this.#holds.delete(messageId);
      },
    );
  }

  async #changeVisibility(
    holdings: readonly Holding[],
    seconds: number,
    abortSignal: AbortSignal,
    onSettled: (messageId: string, hold: Hold, failure: EntryFailure | undefined, calledAtMs: number) => void,
  ): Promise<void> {
    const isRenewal = seconds > 0;
    await inParallel(inChunks(holdings, BATCH_ENTRIES), PARALLEL_CALLS, async (chunk) => {
      // Deleted, or received again, since the list was made.
      const current = isRenewal ? chunk.filter(([id, hold]) => this.#holds.get(id) === hold) : chunk;
      if (current.length === 0 || (isRenewal && this.#stopping.signal.aborted)) return;
      const calledAtMs = performance.now();
      const failures = await callBatch(current, (entries) =>
        untilAborted(
          this.#target.clients.sqs.send(
            new ChangeMessageVisibilityBatchCommand({
              QueueUrl: this.#target.deadLetterQueueUrl,
              Entries: entries.map(([Id, [, { receiptHandle }]]) => ({
                Id,
                ReceiptHandle: receiptHandle,
                VisibilityTimeout: seconds,
              })),
            }),
          ),
          abortSignal,
        ),
      );
      current.forEach(([messageId, hold], index) => {
        onSettled(messageId, hold, failures[index], calledAtMs);
      });
    });
  }
}
