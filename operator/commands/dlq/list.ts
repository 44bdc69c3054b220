import type { Command } from 'commander';
import { numberOption } from '../../../local/number-option.ts';
import { formatCount } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import {
  EXPIRY_WARNING_MS,
  expiresAtMs,
  type FailureGroup,
  FailureGroups,
} from '../../dead-letters/groups.ts';
import {
  LONG_LOOK_LETTERS,
  LONG_LOOK_SECONDS,
  LOOK_VISIBILITY_SECONDS,
} from '../../dead-letters/held-letters.ts';
import type { Look } from '../../dead-letters/look.ts';
import { selects } from '../../dead-letters/selection.ts';
import type { GroupJson, ListJson } from './json.ts';
import { emptyText, listText } from './list-text.ts';
import { lookInterrupted, lookWithProgress } from './look.ts';
import { addSelectionOptions, type SelectionOptions, toSelection } from './selection-options.ts';

interface ListOptions extends TargetOptions, SelectionOptions {
  readonly limit?: number;
  readonly json?: true;
}

/** What every command that looks says of it. */
export const LOOK_COST = `
What a look costs: SQS cannot be peeked. A look receives the letters, ten to a
request, hides them meanwhile and puts each back: about one request for ten
letters each way ($0.40 a million). It raises their receive counts, which has no
effect on this queue. Nothing is lost when it is killed half-way: the letters
come back by themselves after at most ${LOOK_VISIBILITY_SECONDS} seconds (of more than ${formatCount(LONG_LOOK_LETTERS)}, ${LONG_LOOK_SECONDS}).`;

const HELP = `
Letters of one cause make a group: the same event type, error, code, handler
and top stack frame of your code, and the same fields of a schema or names of a
table where those are the cause. EVENTS counts events (copies of one event
count once), LAST says how long ago the latest of them failed.

What a list is narrowed by, redrive, delete and export are too; all that is
given must hold. --error and --grep find a text in any case of its letters.

Examples:
  $ npx supaglue-webhooks dlq list --local
  $ npx supaglue-webhooks dlq list --stack SupaglueWebhooks-prod --limit 100
  $ npx supaglue-webhooks dlq list --error timeout --newer-than 2h --local
  $ npx supaglue-webhooks dlq list --grep run_2f9c --local --json
${LOOK_COST}

--json prints one document: target, taken_at_ms, letters, events, expected,
hidden, looked, expiring {letters, first_at_ms}, groups [{group_id, reason,
error, handler, frame, code, subject, message, events, letters, event_types,
customers, first_at_ms, last_at_ms, attempts, expires_at_ms, event_ids}]; what
does not apply is absent.`;

export function registerDlqList(dlq: Command, run: Run): void {
  const command = addTargetOptions(
    dlq
      .command('list')
      .summary('what failed, grouped by cause')
      .description('Lists what is on the dead-letter queue, grouped by cause, and changes nothing.'),
  );
  addSelectionOptions(command)
    .option(
      '--limit <n>',
      'look at no more than so many letters (default: all)',
      numberOption({ minimum: 1, maximum: 1_000_000, whole: true }),
    )
    .option('--json', 'the groups as one JSON document')
    .addHelpText('after', HELP)
    .action((options: ListOptions) => run((context) => runList(options, context)));
}

async function runList(options: ListOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  const selection = toSelection(undefined, options);
  return withTarget(options, context, async (target) => {
    const { limit } = options;
    const nowMs = Date.now();
    const listed = new Listed(nowMs);
    const look = await lookWithProgress(target, context, {
      keep: false,
      onLetter: (letter) => {
        if (selects(selection, letter, nowMs)) listed.add(letter);
      },
      ...(limit === undefined ? {} : { limit }),
    });
    if (look.interrupted) return lookInterrupted(context, look);
    const list = listed.told(look, target);
    if (options.json === true) terminal.print(JSON.stringify(list, null, 2));
    else if (list.letters === 0) terminal.print(emptyText(list, target));
    else terminal.print(listText(list, target, terminal.paint, selection));
    return ExitCode.DONE;
  });
}

/** What the list tells of the letters, none of which is kept. */
class Listed {
  readonly #nowMs: number;
  readonly #groups = new FailureGroups();
  readonly #events = new Set<string>();
  #letters = 0;
  #expiring: ListJson['expiring'];

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  add(letter: DeadLetter): void {
    this.#letters += 1;
    this.#events.add(letter.eventId ?? letter.messageId);
    this.#groups.add(letter);
    const atMs = expiresAtMs(letter);
    if (atMs - this.#nowMs > EXPIRY_WARNING_MS) return;
    const { letters, first_at_ms } = this.#expiring ?? { letters: 0, first_at_ms: atMs };
    this.#expiring = { letters: letters + 1, first_at_ms: Math.min(first_at_ms, atMs) };
  }

  told({ seen, expected, hidden, takenAtMs }: Look, { name }: Target): ListJson {
    return {
      target: name,
      taken_at_ms: takenAtMs,
      letters: this.#letters,
      events: this.#events.size,
      expected,
      hidden,
      looked: seen,
      ...(this.#expiring === undefined ? {} : { expiring: this.#expiring }),
      groups: this.#groups.all().map(groupJson),
    };
  }
}

function groupJson({ id, reason, error, handler, frame, code, subject, ...group }: FailureGroup): GroupJson {
  return {
    group_id: id,
    ...(reason === undefined ? {} : { reason }),
    error,
    ...(handler === undefined ? {} : { handler }),
    ...(frame === undefined ? {} : { frame }),
    ...(code === undefined ? {} : { code }),
    ...(subject === undefined ? {} : { subject }),
    message: group.message,
    events: group.events,
    letters: group.letters,
    event_types: { ...group.eventTypes },
    customers: [...group.customers],
    first_at_ms: group.firstAtMs,
    last_at_ms: group.lastAtMs,
    attempts: group.attempts,
    expires_at_ms: group.expiresAtMs,
    event_ids: [...group.eventIds],
  };
}
