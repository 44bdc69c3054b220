import { commandText, counted } from '../../cli/command-text.ts';
import type { CommandContext } from '../../cli/context.ts';
import { ExitCode } from '../../core/command-error.ts';
import { readQueueDepth } from '../../core/queue-depth.ts';
import type { Target } from '../../core/target.ts';
import { startMoveTask } from '../../dead-letters/move-task.ts';
import type { FastRedriveJson } from './json.ts';
import { ofAbout } from './look.ts';

export interface FastRedriveCommand {
  readonly dryRun: boolean;
  readonly confirmed: boolean;
  readonly json: boolean;
  /** Letters per second. */
  readonly perSecond?: number;
}

/** `dlq redrive --fast`: SQS moves all by itself; this shows how far it is, and cancels it on Ctrl-C. */
export async function runFastRedrive(
  target: Target,
  { dryRun, confirmed, json, perSecond }: FastRedriveCommand,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { visible } = await readQueueDepth(target, target.deadLetterQueueUrl, signal);
  const report = { target: target.name, expected: visible };
  if (dryRun || !confirmed) {
    const planned: FastRedriveJson = { ...report, dry_run: true, moved: 0, status: 'PLANNED' };
    terminal.print(
      json ? JSON.stringify(planned, null, 2) : `would move ${about(visible)}, whatever the ledger says`,
    );
    if (dryRun) return ExitCode.DONE;
    const rate = perSecond === undefined ? '' : ` --rate ${perSecond}`;
    terminal.note(
      `Nothing was moved. Repeat with --confirm:\n${commandText(`dlq redrive --fast${rate} --confirm`, target)}`,
    );
    return ExitCode.FAILED;
  }
  const progress = terminal.progress('starting the move task');
  const { moved, status, reason } = await startMoveTask(target, {
    signal,
    ...(perSecond === undefined ? {} : { perSecond }),
    onProgress: (done, expected) => progress.update(`moved ${ofAbout(done, expected)}`),
  }).finally(() => progress.stop());
  const done: FastRedriveJson = {
    ...report,
    dry_run: false,
    moved,
    status,
    ...(reason === undefined ? {} : { reason }),
  };
  const why = reason === undefined ? '' : ` (${reason})`;
  terminal.print(
    json ? JSON.stringify(done, null, 2) : `moved ${counted(moved, 'letter')}: ${ENDS[status]}${why}`,
  );
  if (signal.aborted) {
    terminal.note(`interrupted: the move task is ${status}; each letter is on one of the two queues`);
    return ExitCode.INTERRUPTED;
  }
  return status === 'COMPLETED' ? ExitCode.DONE : ExitCode.FAILED;
}

const ENDS = {
  COMPLETED: 'the move task has ended',
  CANCELLED: 'the move task was cancelled, the rest is in place',
  FAILED: 'the move task failed, the rest is in place',
} as const;

function about(letters: number): string {
  return letters === 0 ? 'nothing' : `about ${counted(letters, 'letter')}`;
}
