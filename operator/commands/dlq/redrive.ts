import type { Command } from 'commander';
import { numberOption } from '../../../local/number-option.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { type ExitCode, UsageError } from '../../core/command-error.ts';
import { redriveDeadLetters } from '../../dead-letters/redrive.ts';
import { registeredHandlers } from '../../dead-letters/registered-handlers.ts';
import type { Selection } from '../../dead-letters/selection.ts';
import { runChange } from './change.ts';
import { runFastRedrive } from './fast-redrive.ts';
import { planText } from './plan-text.ts';
import { addRerunOption, rerunWords, toRerun } from './rerun-option.ts';
import {
  ANY_FILTER,
  addSelectionOptions,
  isFilter,
  refuseAllWithFilter,
  type SelectionOptions,
  toSelection,
} from './selection-options.ts';

interface RedriveOptions extends TargetOptions, SelectionOptions {
  readonly all?: true;
  readonly dryRun?: true;
  readonly confirm?: true;
  readonly rerun: readonly string[];
  readonly fast?: true;
  readonly rate?: number;
  readonly limit?: number;
  readonly json?: true;
}

/** SQS's own limit: MaxNumberOfMessagesPerSecond of StartMessageMoveTask. */
const MAX_RATE = 500;

const HELP = `
Each event is first looked up in the ledger. Its handlers that have not
completed run again, with a full budget of attempts. What the ledger calls
COMPLETED, and what would come straight back, is skipped, and that is said.
Copies of one event are moved once. A letter is deleted from the dead-letter
queue only after SQS has confirmed the message on the main queue: a command that
is interrupted leaves each one moved or in place.

One ID is moved at once. A filter (all that is given must hold) or --all needs
--confirm; without it, nothing is moved and the dry run is shown (exit code 1).

In portions: --limit ends after so many events, --rate spares what the handlers
call. Both, and Ctrl-C, say what is left and the command that goes on.

--rerun runs a handler again although it has completed: its record is reset
first, unless an attempt holds the event. Its effects happen twice.
--fast hands everything to SQS's own move task. It is quicker for very many
letters and cannot choose: what is COMPLETED is moved too (and acknowledged
without running), copies are not folded, the attribute \`failure\` stays.

Examples:
  $ npx supaglue-webhooks dlq redrive msg_2f9c --local
  $ npx supaglue-webhooks dlq redrive --group 3f9a1c02 --dry-run --local
  $ npx supaglue-webhooks dlq redrive --type sync.complete --older-than 2h \\
      --confirm --stack SupaglueWebhooks-prod
  $ npx supaglue-webhooks dlq redrive --error timeout --limit 500 --rate 20/s \\
      --confirm --local
  $ npx supaglue-webhooks dlq redrive msg_2f9c --rerun backfill --local
  $ npx supaglue-webhooks dlq redrive --all --confirm --local
  $ npx supaglue-webhooks dlq redrive --fast --rate 50 --confirm --local

--json prints one document: target, dry_run, interrupted, moved, deleted,
skipped, failed, planned, folded, left_behind, hidden (held by others), unseen
(counted by SQS, not given), coming_back (visible within half a minute), left
(after --limit or Ctrl-C), events [{event_id, message_id, event_type,
customer_id, group_id, copies, outcome, error, disposition, will_run, completed,
until_ms, note}]; of --fast: target, dry_run, expected, moved, status, reason.`;

export function registerDlqRedrive(dlq: Command, run: Run): void {
  const command = addTargetOptions(
    dlq
      .command('redrive')
      .summary('back to the main queue: one, filtered or all')
      .description('Moves dead letters back to the main queue, and says which handlers run again.')
      .argument('[id]', 'svix-id or message id'),
  );
  addSelectionOptions(command)
    .option('--all', 'everything')
    .option('--dry-run', 'say what would happen, and change nothing')
    .option('--confirm', 'do it, for more than one ID');
  addRerunOption(command, 'run this handler (or: all) again if it has completed; repeatable')
    .option('--fast', "all of them by SQS's own move task, which cannot choose")
    .option('--rate <n>', 'letters per second, 20 or 20/s (default: as fast as it goes)', (text: string) =>
      numberOption({ minimum: 1, maximum: MAX_RATE, whole: true })(text.replace(/\/s$/, '')),
    )
    .option(
      '--limit <n>',
      'move no more than so many events; what is left is told',
      numberOption({ minimum: 1, maximum: 1_000_000, whole: true }),
    )
    .option('--json', 'what happened as one JSON document')
    .addHelpText('after', HELP)
    .action((id: string | undefined, options: RedriveOptions) =>
      run((context) => runRedrive(id, options, context)),
    );
}

async function runRedrive(
  id: string | undefined,
  options: RedriveOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const selection = toSelection(id, options);
  const rerun = checkRedrive(selection, options);
  return withTarget(options, context, async (target) => {
    const { dryRun = false, confirm = false, json = false } = options;
    if (options.fast === true) {
      return runFastRedrive(target, { dryRun, confirmed: confirm, json, ...rateOf(options) }, context);
    }
    const handlersOf = await registeredHandlers(target, context.signal);
    return runChange(
      target,
      {
        change: 'redrive',
        selection,
        dryRun,
        confirmed: confirm,
        json,
        words: [
          ...(isFilter(selection) ? [] : ['--all']),
          ...rerunWords(options.rerun),
          ...(options.rate === undefined ? [] : [`--rate ${options.rate}/s`]),
        ].join(' '),
        ...(options.limit === undefined ? {} : { limit: options.limit }),
        work: (change) =>
          redriveDeadLetters(target, {
            ...change,
            ...rateOf(options),
            ...(rerun === undefined ? {} : { rerun }),
            handlersOf,
            nowMs: Date.now,
          }),
        describe: planText,
      },
      context,
    );
  });
}

/**
 * Which options go together.
 *
 * @returns what `--rerun` names; undefined without it
 * @throws {UsageError}
 */
function checkRedrive(selection: Selection, options: RedriveOptions): readonly string[] | 'all' | undefined {
  const { all, rerun, fast, limit } = options;
  const chooses = isFilter(selection);
  if (fast === true && (chooses || rerun.length > 0 || limit !== undefined)) {
    throw new UsageError(
      '--fast cannot choose: SQS moves everything, with the attribute `failure`, and resets nothing; leave out the ID, the filters, --limit and --rerun, or --fast',
    );
  }
  refuseAllWithFilter(selection, options);
  if (!chooses && all !== true && fast !== true) {
    throw new UsageError(`name an ID, ${ANY_FILTER} or --all`);
  }
  return toRerun(rerun);
}

function rateOf({ rate }: RedriveOptions) {
  return rate === undefined ? {} : { perSecond: rate };
}
