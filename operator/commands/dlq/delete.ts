import type { Command } from 'commander';
import { safeText } from '../../../local/safe-text.ts';
import { commandText } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { type ExitCode, UsageError } from '../../core/command-error.ts';
import { deleteDeadLetters } from '../../dead-letters/delete.ts';
import { Disposition } from '../../dead-letters/plan.ts';
import { runChange } from './change.ts';
import type { ChangedEvent } from './json.ts';
import {
  ANY_FILTER,
  addSelectionOptions,
  isFilter,
  refuseAllWithFilter,
  type SelectionOptions,
  selectionWords,
  toSelection,
} from './selection-options.ts';

interface DeleteOptions extends TargetOptions, SelectionOptions {
  readonly all?: true;
  readonly completed?: true;
  readonly dryRun?: true;
  readonly confirm?: true;
  readonly json?: true;
}

const HELP = `
A deletion cannot be undone, and the event's handlers that have not completed
never run: \`dlq export\` keeps a copy first. The event's entry in the index of
failures is cleared; its record in the ledger stays.

--completed deletes only what the ledger calls COMPLETED, which no longer
matters; alone, it looks through everything. One ID is deleted at once. A filter
(all that is given must hold), --completed or --all needs --confirm; without it,
nothing is deleted and the dry run is shown (exit code 1).

Examples:
  $ npx supaglue-webhooks dlq delete --completed --dry-run --local
  $ npx supaglue-webhooks dlq delete --completed --confirm --local
  $ npx supaglue-webhooks dlq delete msg_2f9c --local
  $ npx supaglue-webhooks dlq export --group 3f9a1c02 --output gone.ndjson \\
      --local
  $ npx supaglue-webhooks dlq delete --group 3f9a1c02 --confirm --local

--json prints one document, as \`dlq redrive --json\` does.`;

export function registerDlqDelete(dlq: Command, run: Run): void {
  const command = addTargetOptions(
    dlq
      .command('delete')
      .summary('for good: one, filtered, or all that is COMPLETED')
      .description('Deletes dead letters for good.')
      .argument('[id]', 'svix-id or message id'),
  );
  addSelectionOptions(command)
    .option('--completed', 'only what the ledger calls COMPLETED')
    .option('--all', 'everything')
    .option('--dry-run', 'say what would be deleted, and change nothing')
    .option('--confirm', 'do it, for more than one ID')
    .option('--json', 'what happened as one JSON document')
    .addHelpText('after', HELP)
    .action((id: string | undefined, options: DeleteOptions) =>
      run((context) => runDelete(id, options, context)),
    );
}

async function runDelete(
  id: string | undefined,
  options: DeleteOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const selection = toSelection(id, options);
  const { all = false, completed = false, dryRun = false, confirm = false, json = false } = options;
  refuseAllWithFilter(selection, options);
  if (!all && !completed && !isFilter(selection)) {
    throw new UsageError(`name an ID, ${ANY_FILTER}, --completed or --all`);
  }
  return withTarget(options, context, (target) => {
    const copy = commandText(
      `dlq export ${selectionWords(selection)} --output deleted.ndjson`.replace(/ +/g, ' '),
      target,
    );
    return runChange(
      target,
      {
        change: 'delete',
        selection,
        dryRun,
        confirmed: confirm,
        json,
        words: [...(all ? ['--all'] : []), ...(completed ? ['--completed'] : [])].join(' '),
        work: (change) => deleteDeadLetters(target, { ...change, onlyCompleted: completed, nowMs: Date.now }),
        describe,
        warning: `A deletion cannot be undone. Keep a copy first:\n${copy}`,
      },
      context,
    );
  });
}

/** What a deletion means for the event. */
function describe({ outcome, disposition, note }: ChangedEvent): string {
  if (outcome === 'skipped') return 'skipped: not COMPLETED in the ledger';
  switch (disposition) {
    case Disposition.COMPLETED:
      return 'COMPLETED in the ledger, nothing is lost';
    case Disposition.UNRECORDED:
      return 'the ledger has no record of it';
    case Disposition.LEASED:
      return 'an attempt, or the backoff after one, holds its event just now';
    case Disposition.FUTILE:
      return safeText(note ?? 'a redrive would bring it straight back');
    case Disposition.RUN:
      return 'its handlers have not all completed, and will not run';
  }
}
