import type { Command } from 'commander';
import { isEventId } from '../../../lambdas/contract/source.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { CommandError, ExitCode, UsageError } from '../../core/command-error.ts';
import { logsQuery } from '../../core/logs-query.ts';
import type { Target } from '../../core/target.ts';
import { timelineText } from './timeline-text.ts';

interface ShowOptions extends TargetOptions {
  readonly json?: true;
}

const HELP = `
Examples:
  $ npx supaglue-webhooks events show msg_2f9c --local
  $ npx supaglue-webhooks events show msg_2f9c \\
      --stack SupaglueWebhooks-prod --json

--json prints the record as the ledger holds it. Times are epoch milliseconds
but for expires_at (seconds); what does not apply is absent:
  event_id, event_type, status (IN_PROGRESS, COMPLETED, FAILED), body_sha256,
  customer_id, connection_id, provider_name,
  attempts (of the present budget), attempts_total,
  handlers: {name: completed at | {failed_at_ms, attempt, error, message, code}},
  failures: [{attempt, at_ms, handler, error, message, code, retryable, stack}],
  notes: {handler: what it notes beside its completion},
  dead_letter_reason, failure_bucket, failed_at_ms,
  owner, lease_expires_at_ms, not_before_ms,
  received_at_ms, first_attempt_at_ms, updated_at_ms, completed_at_ms, expires_at`;

export function registerEventsShow(events: Command, run: Run): void {
  addTargetOptions(
    events
      .command('show')
      .summary("an event's record as a timeline")
      .description("Shows the ledger's record of one event as a timeline.")
      .argument('<id>', 'svix-id of the event'),
  )
    .option('--json', 'the record as JSON')
    .addHelpText('after', HELP)
    .action((id: string, options: ShowOptions) => run((context) => runShow(id, options, context)));
}

async function runShow(eventId: string, options: ShowOptions, context: CommandContext): Promise<ExitCode> {
  requireEventId(eventId);
  const { terminal } = context;
  // Loaded when it is wanted: the SDK's clients are most of the time that `--help` would take.
  const { readLedgerRecord } = await import('../../core/ledger-reader.ts');
  return withTarget(options, context, async (target) => {
    const progress = terminal.progress('reading the ledger');
    const record = await readLedgerRecord(target, eventId, context.signal).finally(() => progress.stop());
    if (record === undefined) {
      throw new CommandError(
        `the ledger of ${target.name} has no ${eventId}: a typing error, not taken from the queue yet, or expired`,
      );
    }
    if (options.json === true) {
      terminal.print(JSON.stringify(record, null, 2));
      return ExitCode.DONE;
    }
    terminal.print(timelineText(record, Date.now()));
    if (target.kind === 'stack') terminal.print(`\n${logsHint(target, eventId)}`);
    return ExitCode.DONE;
  });
}

/** @throws {UsageError} */
export function requireEventId(text: string): void {
  if (!isEventId(text)) {
    throw new UsageError('an event id is 1 to 128 of A-Z a-z 0-9 _ -, as Supaglue shows it (msg_...)');
  }
}

/** CloudFormation names a stack's log groups after the stack. */
function logsHint({ name }: Target, eventId: string): string {
  return [
    `CloudWatch, Logs Insights, the log groups whose names start with ${name}-:`,
    logsQuery(eventId),
  ].join('\n');
}
