import { UsageError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import { type ChangeOptions, type ChangeResult, changeLetters } from './change-letters.ts';
import { inParallel } from './in-parallel.ts';
import { moveEvents } from './move-events.ts';
import { Disposition, type PlannedEvent, planRedrive } from './plan.ts';
import type { HandlersOf } from './registered-handlers.ts';
import { removeLetters } from './remove-letters.ts';
import { inSendableBatches } from './send-back.ts';

export type { ChangeOptions, ChangeProgress, ChangeResult } from './change-letters.ts';
export type { EventOutcome } from './settled-events.ts';

const PARALLEL_BATCHES = 4;

export interface RedriveOptions extends ChangeOptions {
  /** Plans and changes nothing. */
  readonly dryRun: boolean;
  /** Handlers that shall run although they have completed; their records are reset before the send. */
  readonly rerun?: readonly string[] | 'all';
  readonly handlersOf: HandlersOf;
  readonly nowMs: () => number;
}

/**
 * Puts dead letters back on the main queue. What is COMPLETED, and what would come straight back, stays and is
 * skipped. Each event is sent once, and its letters are deleted only after SQS has confirmed the send: interrupted at
 * any moment, an event is on one queue at least.
 *
 * @throws {UsageError} when `rerun` names a handler that is not registered; nothing has been changed then
 */
export async function redriveDeadLetters(target: Target, options: RedriveOptions): Promise<ChangeResult> {
  const { dryRun, rerun, handlersOf, nowMs, signal } = options;
  checkRerun(rerun, handlersOf);
  return changeLetters(target, options, {
    nowMs,
    plan: (letters, planSignal) =>
      planRedrive(target, letters, {
        signal: planSignal,
        nowMs: nowMs(),
        handlersOf,
        ...(rerun === undefined ? {} : { rerun }),
      }),
    async settle(events, held, onSettled) {
      for (const event of events) {
        if (stays(event)) onSettled(event, { outcome: 'skipped' });
        else if (dryRun) onSettled(event, { outcome: 'planned' });
      }
      const moving = dryRun ? [] : events.filter((event) => !stays(event));
      await inParallel(inSendableBatches(moving), PARALLEL_BATCHES, async (batch) => {
        // A batch that was begun is finished: reset, sent and removed.
        if (signal.aborted) return;
        for (const [event, settled] of await moveEvents(target, batch, held, nowMs))
          onSettled(event, settled);
      });
    },
    async removeCopies(copies, held) {
      // Safe to delete: this run has put the same event with the same body on the main queue, confirmed, and these
      // were on the dead-letter queue before that.
      const remaining = await removeLetters(target, copies, held);
      return copies.length - remaining.size;
    },
  });
}

/** Whether it is left where it is. */
export function stays({ disposition }: PlannedEvent): boolean {
  return disposition === Disposition.COMPLETED || disposition === Disposition.FUTILE;
}

/** @throws {UsageError} when `rerun` names a handler that is not registered */
export function checkRerun(rerun: RedriveOptions['rerun'], { names }: HandlersOf): void {
  if (rerun === undefined || rerun === 'all' || names === undefined) return;
  const unknown = rerun.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `no handler is registered as ${JSON.stringify(unknown)}: there is ${names.join(', ')}`,
  );
}
