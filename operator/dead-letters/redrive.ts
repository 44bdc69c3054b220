import { UsageError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import { type ChangeOptions, type ChangeResult, changeLetters } from './change-letters.ts';
import { moveEvents } from './move-events.ts';
import { Disposition, type PlannedEvent, planRedrive } from './plan.ts';
import type { HandlersOf } from './registered-handlers.ts';

export type { ChangeOptions, ChangeProgress, ChangeResult } from './change-letters.ts';
export type { EventOutcome } from './settled-events.ts';

export interface RedriveOptions extends ChangeOptions {
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
  const { rerun, handlersOf, nowMs } = options;
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
    stays,
    settle: (batch, held) => moveEvents(target, batch, held, nowMs),
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
