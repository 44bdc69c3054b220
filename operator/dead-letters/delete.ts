import type { Target } from '../core/target.ts';
import { errorText } from './batch-call.ts';
import { type ChangeOptions, type ChangeResult, changeLetters, type Settled } from './change-letters.ts';
import { clearFailure, isListedAsDead } from './clear-failure.ts';
import { Disposition, type PlannedEvent, planRedrive } from './plan.ts';
import { removeLetters } from './remove-letters.ts';

export interface DeleteOptions extends ChangeOptions {
  /** Deletes only letters whose event the ledger holds as COMPLETED, for this very body. */
  readonly onlyCompleted: boolean;
  readonly nowMs: () => number;
}

/** Deletes dead letters for good, and takes their events out of the failures index. */
export async function deleteDeadLetters(target: Target, options: DeleteOptions): Promise<ChangeResult> {
  const { onlyCompleted, nowMs } = options;
  return changeLetters(target, options, {
    nowMs,
    plan: (letters, signal) => planRedrive(target, letters, { signal, nowMs: nowMs(), handlersOf: () => [] }),
    stays: ({ disposition }) => onlyCompleted && disposition !== Disposition.COMPLETED,
    async settle(batch, held) {
      // Safe to delete: the operator asked for it, by the very selection that these letters fit.
      const remaining = await removeLetters(
        target,
        batch.flatMap(({ copies }) => copies),
        held,
      );
      return Promise.all(
        batch.map(async (event) => [event, await afterRemoval(target, event, remaining)] as const),
      );
    },
  });
}

/** The letters go first: an entry of the index without a letter is a hint too many, the reverse a letter not found. */
async function afterRemoval(
  target: Target,
  { copies, letter, record }: PlannedEvent,
  remaining: ReadonlyMap<string, string>,
): Promise<Settled> {
  const left = copies.flatMap(({ messageId }) => remaining.get(messageId) ?? []);
  const removed = copies.length - left.length;
  if (left.length > 0) return { outcome: 'failed', removed, error: `not deleted: ${left[0]}` };
  // A FUTILE plan carries no record of another body: the entry of that event is not touched.
  if (record === undefined || record.body_sha256 !== letter.bodySha256 || !isListedAsDead(record)) {
    return { outcome: 'deleted', removed };
  }
  try {
    await clearFailure(target, record);
    return { outcome: 'deleted', removed };
  } catch (error) {
    const text = `deleted, but its entry in the failures index stays: ${errorText(error)}`;
    return { outcome: 'deleted', removed, error: text };
  }
}
