import type { Target } from '../core/target.ts';
import { BATCH_ENTRIES, errorText } from './batch-call.ts';
import { type ChangeOptions, type ChangeResult, changeLetters, type Settled } from './change-letters.ts';
import { clearFailure, isListedAsDead } from './clear-failure.ts';
import { inChunks, inParallel } from './in-parallel.ts';
import { Disposition, type PlannedEvent, planRedrive } from './plan.ts';
import { removeLetters } from './remove-letters.ts';

const PARALLEL_BATCHES = 4;

export interface DeleteOptions extends ChangeOptions {
  /** Plans and changes nothing. */
  readonly dryRun: boolean;
  /** Deletes only letters whose event the ledger holds as COMPLETED, for this very body. */
  readonly onlyCompleted: boolean;
  readonly nowMs: () => number;
}

/** Deletes dead letters for good, and takes their events out of the failures index. */
export async function deleteDeadLetters(target: Target, options: DeleteOptions): Promise<ChangeResult> {
  const { dryRun, onlyCompleted, nowMs, signal } = options;
  const stays = ({ disposition }: PlannedEvent) => onlyCompleted && disposition !== Disposition.COMPLETED;
  return changeLetters(target, options, {
    nowMs,
    plan: (letters, planSignal) =>
      planRedrive(target, letters, { signal: planSignal, nowMs: nowMs(), handlersOf: () => [] }),
    async settle(events, held, onSettled) {
      for (const event of events) {
        if (stays(event)) onSettled(event, { outcome: 'skipped' });
        else if (dryRun) onSettled(event, { outcome: 'planned' });
      }
      const going = dryRun ? [] : events.filter((event) => !stays(event));
      await inParallel(inChunks(going, BATCH_ENTRIES), PARALLEL_BATCHES, async (batch) => {
        if (signal.aborted) return;
        // Safe to delete: the operator asked for it, by the very selection that these letters fit.
        const remaining = await removeLetters(
          target,
          batch.flatMap(({ copies }) => copies),
          held,
        );
        for (const event of batch) onSettled(event, await afterRemoval(target, event, remaining));
      });
    },
    async removeCopies(copies, held) {
      // Safe to delete: copies of events that this run has deleted, and they fit the selection too.
      const remaining = await removeLetters(target, copies, held);
      return copies.length - remaining.size;
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
