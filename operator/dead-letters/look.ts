import { readQueueDepth } from '../core/queue-depth.ts';
import type { Target } from '../core/target.ts';
import type { DeadLetter } from './dead-letter.ts';
import { HeldLetters } from './held-letters.ts';
import { receiveLetters } from './receive-letters.ts';

export { LOOK_VISIBILITY_SECONDS } from './held-letters.ts';

export interface LookOptions {
  readonly signal: AbortSignal;
  /** Stop after this many letters. @default all */
  readonly limit?: number;
  /** Called per received batch; `expected` is SQS's approximate number. */
  readonly onProgress?: (seen: number, expected: number) => void;
  /** Called while the letters are put back, with how many are to go. */
  readonly onPuttingBack?: (left: number) => void;
  /** Gets each letter once, whole, as it comes, one at a time. What it throws ends the look and is thrown. */
  readonly onLetter?: (letter: DeadLetter) => void | Promise<void>;
  /** Return true to end the look after this letter. */
  readonly until?: (letter: DeadLetter) => boolean;
  /** False: the result holds no letters, however many there are; `onLetter` gets each. @default true */
  readonly keep?: boolean;
}

/** What is on the dead-letter queue. */
export interface Look {
  /** Each message once, oldest first (`sentAtMs`); empty when none were to be kept. */
  readonly letters: readonly DeadLetter[];
  /** How many were seen. */
  readonly seen: number;
  /** Letters to be had when the look began: exact locally, approximate on AWS. */
  readonly expected: number;
  /** Held by others (in flight elsewhere), according to SQS when the look began. */
  readonly hidden: number;
  readonly interrupted: boolean;
  /** Received letters that SQS did not take back at once: visible within {@link LOOK_VISIBILITY_SECONDS}. */
  readonly comingBack: number;
  readonly takenAtMs: number;
}

/**
 * SQS cannot be peeked: a look receives everything that is visible, hides it shortly and puts it back. It raises the
 * receive counts, which have no effect on a dead-letter queue, and never deletes. It costs a receive and a change
 * of visibility per ten letters, one more each quarter of a minute that it takes. SQS lets nobody hold more than about
 * 120,000 messages of a queue: of more, a look sees so many.
 *
 * Everything is visible again when this resolves or rejects, also after an abort (which resolves with
 * `interrupted: true`). A process killed half-way leaves its letters hidden for {@link LOOK_VISIBILITY_SECONDS}.
 */
export async function lookAtDeadLetters(target: Target, options: LookOptions): Promise<Look> {
  const { signal, keep = true } = options;
  const takenAtMs = Date.now();
  const letters: DeadLetter[] = [];
  const ended = new AbortController();
  const held = new HeldLetters(target);
  let seen = 0;
  let depth = { visible: 0, hidden: 0 };
  let comingBack = 0;
  try {
    depth = await readQueueDepth(target, target.deadLetterQueueUrl, signal);
    held.expect(Math.min(depth.visible, options.limit ?? depth.visible));
    await receiveLetters(target, {
      held,
      expected: depth.visible,
      signal: AbortSignal.any([signal, ended.signal]),
      ...(options.limit === undefined ? {} : { wanted: options.limit }),
      onBatch: () => options.onProgress?.(seen, depth.visible),
      async onLetter(letter) {
        await options.onLetter?.(letter);
        seen += 1;
        if (keep) letters.push(letter);
        if (options.until?.(letter) === true || seen === options.limit) ended.abort();
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    comingBack = await held.putBack(options.onPuttingBack);
  }
  letters.sort((one, other) => one.sentAtMs - other.sentAtMs);
  return {
    letters,
    seen,
    expected: depth.visible,
    hidden: depth.hidden,
    interrupted: signal.aborted,
    comingBack,
    takenAtMs,
  };
}
