import type { Command } from 'commander';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import { exportedLetter } from '../../dead-letters/exported-letter.ts';
import { expiresAtMs, groupIdOf } from '../../dead-letters/groups.ts';
import { type PlannedEvent, planRedrive } from '../../dead-letters/plan.ts';
import { registeredHandlers } from '../../dead-letters/registered-handlers.ts';
import { findLetter } from './find-letter.ts';
import type { ShowJson } from './json.ts';
import { LOOK_COST } from './list.ts';
import { lookInterrupted } from './look.ts';
import { notFound } from './not-found.ts';
import { planJson } from './plan-json.ts';
import { showText } from './show-text.ts';

interface ShowOptions extends TargetOptions {
  readonly full?: true;
  readonly json?: true;
}

const HELP = `
Of several letters the newest is shown: copies of one event, or a group. What a
redrive would do is read from the ledger; the handlers named are those that the
target's template tells.

Examples:
  $ npx supaglue-webhooks dlq show msg_2f9c --local
  $ npx supaglue-webhooks dlq show 3f9a1c02 --stack SupaglueWebhooks-prod
  $ npx supaglue-webhooks dlq show msg_2f9c --local --json
${LOOK_COST}

--json prints one document: target, letter (a line of \`dlq export\`), group_id,
customer_id, provider_name, received_at_ms, body_sha256, expires_at_ms, copies,
redrive {disposition (run, leased, completed, futile, unrecorded), will_run,
completed, until_ms, note}, record (as of \`events show\`).`;

export function registerDlqShow(dlq: Command, run: Run): void {
  addTargetOptions(
    dlq
      .command('show')
      .summary('one dead letter whole, and what a redrive would do')
      .description(
        'Shows one dead letter whole: why it failed, and what a redrive would do. Changes nothing.',
      )
      .argument('<id>', 'svix-id, message id, or group of `dlq list`'),
  )
    .option('--full', 'the whole payload, its lines unbroken')
    .option('--json', 'the letter as one JSON document')
    .addHelpText('after', HELP)
    .action((id: string, options: ShowOptions) => run((context) => runShow(id, options, context)));
}

async function runShow(id: string, options: ShowOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  return withTarget(options, context, async (target) => {
    const handlersOf = await registeredHandlers(target, context.signal);
    const { found, look } = await findLetter(id, target, context);
    if (look.interrupted) return lookInterrupted(context, look);
    const { letter } = found;
    const [planned] =
      letter === undefined
        ? []
        : await planRedrive(target, [letter], { signal, nowMs: Date.now(), handlersOf });
    if (letter === undefined || planned === undefined) throw notFound(id, target, look.hidden);
    const plan = { ...planned, copies: found.copiesOf(letter) };
    if (options.json === true) {
      terminal.print(JSON.stringify(showJson(plan, target), null, 2));
      return ExitCode.DONE;
    }
    const groupId = groupIdOf(letter);
    const shown = { plan, groupId, full: options.full === true, nowMs: look.takenAtMs };
    // A look that ended at a message id has not seen the whole group.
    const counted = letter.messageId === id ? {} : { othersInGroup: found.eventsOf(groupId) - 1 };
    terminal.print(showText({ ...shown, ...counted }, target, terminal.paint));
    return ExitCode.DONE;
  });
}

function showJson({ letter, copies, record, ...plan }: PlannedEvent, { name }: Target): ShowJson {
  const { customerId, providerName, receivedAtMs } = letter;
  return {
    target: name,
    letter: exportedLetter(letter),
    group_id: groupIdOf(letter),
    ...(customerId === undefined ? {} : { customer_id: customerId }),
    ...(providerName === undefined ? {} : { provider_name: providerName }),
    ...(receivedAtMs === undefined ? {} : { received_at_ms: receivedAtMs }),
    body_sha256: letter.bodySha256,
    expires_at_ms: expiresAtMs(letter),
    copies: copies.map(({ messageId }) => messageId),
    redrive: planJson(plan),
    ...(record === undefined ? {} : { record: { ...record } }),
  };
}
