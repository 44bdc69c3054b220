import { commandText, counted, formatCount } from '../../cli/command-text.ts';
import type { CommandContext } from '../../cli/context.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import { ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import type { ChangeOptions, ChangeResult } from '../../dead-letters/change-letters.ts';
import { groupIdOf } from '../../dead-letters/groups.ts';
import { Disposition } from '../../dead-letters/plan.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import type { EventOutcome } from '../../dead-letters/settled-events.ts';
import { type Change, changeText, summary } from './change-text.ts';
import type { ChangedEvent, ChangeJson } from './json.ts';
import { comingBackText, hiddenText, ofAbout } from './look.ts';
import { notFound } from './not-found.ts';
import { planJson } from './plan-json.ts';
import { selectionWords } from './selection-options.ts';

/** What redrive and delete have in common. */
export interface ChangeCommand {
  readonly change: Change;
  readonly selection: Selection;
  /** `--dry-run`. */
  readonly dryRun: boolean;
  /** `--confirm`. */
  readonly confirmed: boolean;
  readonly json: boolean;
  /** `--limit`: after so many events it ends. */
  readonly limit?: number;
  /** The work itself, by the core. */
  readonly work: (options: ChangeOptions) => Promise<ChangeResult>;
  /** What happens to an event, as the end of a sentence about it. */
  readonly describe: (event: ChangedEvent) => string;
  /** What to read before a bulk change is confirmed. */
  readonly warning?: string;
  /** Options of the command beside the selection, to repeat in a hint. */
  readonly words?: string;
}

/** Runs a redrive or deletion, says what it does, and gives its exit code. */
export async function runChange(
  target: Target,
  command: ChangeCommand,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { change, selection } = command;
  const single = selection.id !== undefined;
  const dryRun = command.dryRun || (!single && !command.confirmed);
  const events: ChangedEvent[] = [];
  const progress = terminal.progress('looking at the dead-letter queue');
  const result = await command
    .work({
      selection,
      signal,
      dryRun,
      ...(command.limit === undefined ? {} : { limit: command.limit }),
      onProgress: ({ looked, expected, done }) =>
        progress.update(`looked at ${ofAbout(looked, expected)}, settled ${formatCount(done)}`),
      // Kept without its letters: bodies are large.
      onOutcome: (outcome) => events.push(changedEvent(outcome)),
    })
    .catch((error: unknown) => {
      const changed = events.filter(({ outcome }) => outcome === 'moved' || outcome === 'deleted').length;
      if (changed > 0)
        terminal.note(`stopped: ${counted(changed, 'event')} ${DONE[change]}, the rest is in place`);
      throw error;
    })
    .finally(() => progress.stop());
  const { leftBehind, comingBack, interrupted, ...counts } = result;
  const report: ChangeJson = {
    target: target.name,
    dry_run: dryRun,
    interrupted,
    ...counts,
    left_behind: leftBehind,
    coming_back: comingBack,
    events,
  };
  if (comingBack > 0) terminal.note(comingBackText(comingBack));
  if (single && events.length === 0 && !interrupted) {
    throw notFound(selection.id ?? '', target, result.hidden);
  }
  if (command.json) terminal.print(JSON.stringify(report, null, 2));
  else if (events.length > 0) {
    terminal.print(changeText(change, report, command.describe, terminal.paint));
    for (const line of interrupted ? [] : nextSteps(report, command, target)) terminal.print(line);
  } else if (!interrupted) terminal.print(nothingText(selection, target));
  if (interrupted) {
    const rest = comingBack === 0 ? 'in place, and visible' : 'in place';
    terminal.note(`interrupted: ${summary(change, report)}; every other letter is ${rest}`);
    noteRest(command, report, target, context);
    return ExitCode.INTERRUPTED;
  }
  if (!dryRun && command.limit !== undefined) noteRest(command, report, target, context);
  if (!single) for (const line of notLookedAt(result)) terminal.note(line);
  if (dryRun && report.planned > 0) noteUnconfirmed(command, target, context);
  return exitCodeOf(report, single, command.dryRun);
}

const DONE = { redrive: 'moved', delete: 'deleted' } as const;

function exitCodeOf(
  { dry_run: dry, failed, skipped, planned }: ChangeJson,
  single: boolean,
  asked: boolean,
): ExitCode {
  // What was asked for and did not happen; in bulk, a letter that need not be moved is no failure.
  const refused = single && !asked && skipped > 0;
  const unconfirmed = dry && !asked && planned > 0;
  return failed > 0 || refused || unconfirmed ? ExitCode.FAILED : ExitCode.DONE;
}

function noteUnconfirmed(command: ChangeCommand, target: Target, { terminal }: CommandContext): void {
  if (command.warning !== undefined) terminal.note(command.warning);
  if (command.dryRun) return;
  const again = commandText(commandWords(command, command.limit), target);
  terminal.note(`Nothing was ${DONE[command.change]}. Repeat with --confirm:\n${again}`);
}

function commandWords({ change, selection, words = '' }: ChangeCommand, limit: number | undefined): string {
  const portion = limit === undefined ? '' : `--limit ${limit}`;
  const confirm = selection.id === undefined ? '--confirm' : '';
  const parts = [`dlq ${change}`, selectionWords(selection), words, portion, confirm];
  return parts.filter((part) => part !== '').join(' ');
}

/** What is left after a portion, or after Ctrl-C, and how to go on. */
function noteRest(
  command: ChangeCommand,
  { left = 0, moved, deleted, interrupted, dry_run: dryRun }: ChangeJson,
  target: Target,
  { terminal }: CommandContext,
): void {
  if (left === 0 || dryRun) return;
  const rest = (command.limit ?? 0) - moved - deleted;
  const limit = interrupted && rest > 0 ? rest : command.limit;
  terminal.note(
    `about ${counted(left, 'letter')} ${left === 1 ? 'is' : 'are'} left on the dead-letter queue; to go on:\n${commandText(commandWords(command, limit), target)}`,
  );
}

/** What follows from what was done. */
function nextSteps(
  { events, dry_run: dryRun, moved }: ChangeJson,
  { change, selection }: ChangeCommand,
  target: Target,
): readonly string[] {
  if (dryRun || change === 'delete') return [];
  const [first] = events;
  const { id } = selection;
  const completed = events.some(({ disposition }) => disposition === Disposition.COMPLETED);
  const steps =
    id === undefined
      ? [...(moved > 0 ? ['dlq list'] : []), ...(completed ? ['dlq delete --completed'] : [])]
      : [
          ...(first?.event_id === undefined ? [] : [`events show ${first.event_id}`]),
          ...(completed ? [`dlq redrive ${id} --rerun all`] : []),
          ...(moved === 0 ? [`dlq delete ${id}`] : []),
        ];
  return steps.length === 0 ? [] : ['', 'Next:', ...steps.map((words) => commandText(words, target))];
}

/** Why a bulk change may not have been all. */
function notLookedAt({ hidden, unseen }: ChangeResult): readonly string[] {
  return [
    ...(hidden === 0 ? [] : [`${hiddenText(hidden)}, and ${hidden === 1 ? 'was' : 'were'} not looked at`]),
    ...(unseen === 0
      ? []
      : [
          `about ${counted(unseen, 'letter')} that SQS had counted ${unseen === 1 ? 'was' : 'were'} not to be had`,
        ]),
  ].map((text) => wrapText(`${text}: repeat the command`, 80).join('\n'));
}

function nothingText(selection: Selection, { name }: Target): string {
  return Object.keys(selection).length === 0
    ? `no dead letter of ${name} is visible: there is nothing to do`
    : `no visible dead letter of ${name} fits: there is nothing to do`;
}

function changedEvent({ plan, outcome, error }: EventOutcome): ChangedEvent {
  const { letter, copies } = plan;
  const { eventId, customerId } = letter;
  return {
    ...(eventId === undefined ? {} : { event_id: eventId }),
    message_id: letter.messageId,
    event_type: letter.eventType,
    ...(customerId === undefined ? {} : { customer_id: customerId }),
    group_id: groupIdOf(letter),
    copies: copies.length,
    outcome,
    ...(error === undefined ? {} : { error }),
    ...planJson(plan),
  };
}
