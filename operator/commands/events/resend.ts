import { resolve } from 'node:path';
import type { Command } from 'commander';
import { commandText } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import { ExitCode } from '../../core/command-error.ts';
import { readInput } from '../../core/read-input.ts';
import { planJson } from '../dlq/plan-json.ts';
import { addRerunOption, rerunWords, toRerun } from '../dlq/rerun-option.ts';
import { shellWord } from '../dlq/selection-options.ts';
import { requireEventId } from './show.ts';

interface ResendOptions extends TargetOptions {
  readonly file?: string;
  readonly rerun: readonly string[];
  readonly dryRun?: true;
  readonly confirm?: true;
  readonly json?: true;
}

const HELP = `
Says first which handlers would run, and sends with --confirm alone. Handlers that
have completed do not run again, unless --rerun names them: their completion is
then taken out of the ledger first, and their effects happen twice.

The payload is the dead letter's, which moves as in \`dlq redrive\`, or what the
local run has kept. A stack keeps no other: give the body with --file, whose
SHA-256 must be the recorded one, or press Resend in Svix.

Examples:
  $ npx supaglue-webhooks events resend msg_2f9c --local
  $ npx supaglue-webhooks events resend msg_2f9c --rerun all --confirm --local
  $ npx supaglue-webhooks events resend msg_2f9c --file body.json \\
      --rerun backfill --confirm --stack SupaglueWebhooks-prod

Exit codes: 0 sent, or shown as asked; 1 not sent; 2 wrong usage.

--json prints one object: target, event_id, event_type, outcome (moved, planned,
skipped, failed), error, disposition, will_run, completed, until_ms, note.`;

export function registerEventsResend(events: Command, run: Run): void {
  const command = addTargetOptions(
    events
      .command('resend')
      .summary('run an event again')
      .description('Runs an event again: puts it back on the main queue, after a plan of what would run.')
      .argument('<id>', 'svix-id of the event'),
  ).option('--file <body>', "the event's body, these bytes exactly");
  addRerunOption(command, 'run this handler (or: all) again; repeatable')
    .option('--dry-run', 'say what would run, and send nothing')
    .option('--confirm', 'do it')
    .option('--json', 'what happened as one JSON object')
    .addHelpText('after', HELP)
    .action((id: string, options: ResendOptions) => run((context) => runResend(id, options, context)));
}

async function runResend(id: string, options: ResendOptions, context: CommandContext): Promise<ExitCode> {
  requireEventId(id);
  const { file, dryRun = false, confirm = false, json } = options;
  const rerun = toRerun(options.rerun);
  const { terminal, signal, directory } = context;
  const body = file === undefined ? undefined : await readInput(resolve(directory, file));
  const { resendEvent } = await import('../../events/resend.ts');
  const { registeredHandlers } = await import('../../dead-letters/registered-handlers.ts');
  const { leaseText, planText } = await import('../dlq/plan-text.ts');
  return withTarget(options, context, async (target) => {
    const progress = terminal.progress('looking for its payload');
    const { plan, outcome, error } = await resendEvent(target, id, {
      body,
      dryRun: dryRun || !confirm,
      ...(rerun === undefined ? {} : { rerun }),
      handlersOf: await registeredHandlers(target, signal),
      nowMs: Date.now,
      signal,
    }).finally(() => progress.stop());
    const told = planJson(plan);
    const { eventType } = plan.letter;
    const words = [`events resend ${id}`, ...(file === undefined ? [] : [`--file ${shellWord(file)}`])];
    if (json === true) {
      const what = { target: target.name, event_id: id, event_type: eventType, outcome, error, ...told };
      terminal.print(JSON.stringify(what));
    } else {
      const happens = `${outcome === 'moved' ? 'sent: ' : ''}${leaseText(told)}${planText(told)}`;
      terminal.print([`${id}  ${eventType}`, ...wrapText(happens, 80)].join('\n'));
      if (outcome === 'moved') terminal.print(`\nNext:\n${commandText(`events show ${id}`, target)}`);
    }
    if (error !== undefined) terminal.note(error);
    if (outcome === 'skipped' && plan.completed.length > 0) {
      terminal.note(`To run them again:\n${commandText([...words, '--rerun all'].join(' '), target)}`);
    }
    if (outcome === 'planned' && !dryRun) {
      const again = [...words, ...rerunWords(options.rerun), '--confirm'].join(' ');
      terminal.note(`Nothing was sent. Repeat with --confirm:\n${commandText(again, target)}`);
    }
    return outcome === 'moved' || (outcome === 'planned' && dryRun) ? ExitCode.DONE : ExitCode.FAILED;
  });
}
