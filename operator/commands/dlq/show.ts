import type { Command } from 'commander';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { exportedLetter } from '../../dead-letters/exported-letter.ts';
import { eventKeyOf } from '../../dead-letters/fold.ts';
import { expiresAtMs, groupIdOf } from '../../dead-letters/groups.ts';
import { type PlannedEvent, planRedrive } from '../../dead-letters/plan.ts';
import { registeredHandlers } from '../../dead-letters/registered-handlers.ts';
import type { ShowJson } from './json.ts';
import { LOOK_COST } from './list.ts';
import { lookInterrupted, lookWithProgress } from './look.ts';
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
    const found = new NewestOf(id);
    const look = await lookWithProgress(target, context, {
      keep: false,
      onLetter: (each) => found.add(each),
      // A message id names one letter; of a svix-id there may be copies.
      until: ({ messageId }) => messageId === id,
    });
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

/** The newest letter that an id names: svix-id or message id, else a group. Of the others little is kept. */
class NewestOf {
  readonly #id: string;
  readonly #copies = new Map<string, DeadLetter[]>();
  readonly #groups = new Map<string, Set<string>>();
  #named: DeadLetter | undefined;
  #inGroup: DeadLetter | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  get letter(): DeadLetter | undefined {
    return this.#named ?? this.#inGroup;
  }

  copiesOf(letter: DeadLetter): readonly DeadLetter[] {
    return this.#copies.get(eventKeyOf(letter)) ?? [];
  }

  eventsOf(groupId: string): number {
    return this.#groups.get(groupId)?.size ?? 0;
  }

  add(letter: DeadLetter): void {
    const [key, groupId] = [eventKeyOf(letter), groupIdOf(letter)];
    const isNamed = letter.eventId === this.#id || letter.messageId === this.#id;
    const isInGroup = groupId === this.#id.toLowerCase();
    if (isNamed || isInGroup) {
      this.#copies.set(key, [...(this.#copies.get(key) ?? []), { ...letter, body: '', attributes: {} }]);
    }
    this.#groups.set(groupId, (this.#groups.get(groupId) ?? new Set()).add(key));
    const newer = (than: DeadLetter | undefined) => than === undefined || letter.sentAtMs >= than.sentAtMs;
    if (isNamed) {
      if (newer(this.#named)) this.#named = letter;
    } else if (isInGroup && newer(this.#inGroup)) {
      this.#inGroup = letter;
    }
  }
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
