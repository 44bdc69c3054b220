import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { numberOption } from '../../../local/number-option.ts';
import { safeText } from '../../../local/safe-text.ts';
import { commandText } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { formatUtc } from '../../cli/format-time.ts';
import { plainTable } from '../../cli/table.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import { ExitCode, UsageError } from '../../core/command-error.ts';
import { durationOption, durationText } from '../../core/duration-option.ts';
import type { Target } from '../../core/target.ts';
import type { ReceivedRequest } from '../../events/list-requests.ts';
import { REQUEST_STATUSES, type RequestStatus } from '../../events/request-status.ts';
import { explainCommand, likelyCause } from '../explain/likely-cause.ts';

interface ListOptions extends TargetOptions {
  readonly status?: RequestStatus;
  readonly type?: string;
  readonly customer?: string;
  readonly since: number;
  readonly before?: number;
  readonly limit: number;
  readonly follow?: true;
  readonly json?: true;
}

/** Between two looks of --follow, and how late a line may come. */
const FOLLOW_MS = { local: 1_000, stack: 10_000 };
const LATE_MS = 120_000;
/** Events that change their state for longer are not told any more. */
const FOLLOWED_MS = 15 * 60_000;

const HELP = `
Each request that ingest has answered, newest first: accepted (the ledger has no
record yet), running, retrying, completed, dead, or refused, with its reason.

A local run keeps the last 1,000, with their payloads. Of a stack ingest's log is
asked (Logs Insights: $0.005 a GB that is looked through, so keep --since short),
and the ledger for the states. A line is in the log some seconds late.

Examples:
  $ npx supaglue-webhooks events list --local
  $ npx supaglue-webhooks events list --local --status refused
  $ npx supaglue-webhooks events list --stack SupaglueWebhooks-prod \\
      --type sync.complete --customer acme --since 3h
  $ npx supaglue-webhooks events list --local --follow --json

--json prints one object per request: at_ms, status, http_status, event_id,
event_type, customer; of refused ones code, reason, request_id, age_seconds, and
the id that they claim.`;

export function registerEventsList(events: Command, run: Run): void {
  addTargetOptions(
    events
      .command('list')
      .summary('what was received lately, and how far it has come')
      .description('Lists what was received, accepted or refused, newest first.'),
  )
    .addOption(new Option('--status <status>', 'only these').choices(REQUEST_STATUSES))
    .option('--type <event-type>', 'of this event type')
    .option('--customer <id>', 'of this customer (the external id, as Supaglue shows it)')
    .addOption(
      new Option('--since <time>', 'received within: 90s, 30m, 2h, 3d')
        .argParser(durationOption)
        .default(3_600_000, '1h'),
    )
    .option('--before <time>', 'received before this: ISO 8601, to see older ones', timeOption)
    .option(
      '--limit <n>',
      'at most about so many',
      numberOption({ minimum: 1, maximum: 1_000, whole: true }),
      50,
    )
    .option('--follow', 'go on, with a line for each new request and state, until Ctrl-C')
    .option('--json', 'one JSON object per request')
    .addHelpText('after', HELP)
    .action((options: ListOptions) => run((context) => runList(options, context)));
}

async function runList(options: ListOptions, context: CommandContext): Promise<ExitCode> {
  const { follow = false, json, since, limit, before, status, type: eventType, customer } = options;
  if (follow && before !== undefined) throw new UsageError('--follow goes on: use it without --before');
  const { terminal, signal } = context;
  const { customerForms, listRequests } = await import('../../events/list-requests.ts');
  const customers = customer === undefined ? undefined : customerForms(customer);
  return withTarget(options, context, async (target) => {
    const page = (sinceMs: number, beforeMs = Date.now() + LATE_MS) => {
      const progress = terminal.progress('reading what was received');
      const query = { status, eventType, customers, limit, sinceMs, beforeMs };
      return listRequests(target, query, signal).finally(() => progress.stop());
    };
    const print = (shown: readonly ReceivedRequest[]) => {
      if (json === true) for (const each of shown) terminal.print(JSON.stringify(each));
      else if (shown.length > 0) terminal.print(table(shown, follow ? [] : HEAD));
    };
    const { requests, olderThanMs } = await page((before ?? Date.now()) - since, before);
    if (!follow) {
      print(requests);
      if (requests.length === 0) terminal.note(`nothing such within ${durationText(since)}: see --since`);
      if (olderThanMs !== undefined) {
        terminal.note(`There may be older ones: --before ${new Date(olderThanMs).toISOString()}`);
      }
      const refused = requests.find((each) => each.status === 'refused');
      if (refused !== undefined && json !== true) terminal.note(refusalHint(refused, target));
      return ExitCode.DONE;
    }
    const told = new Map<string, ReceivedRequest>();
    for (let found = requests; ; ) {
      const fresh = found.filter((each) => told.get(keyOf(each))?.status !== each.status).toReversed();
      print(fresh);
      for (const each of fresh) told.set(keyOf(each), each);
      for (const [key, { at_ms }] of told) if (at_ms < Date.now() - FOLLOWED_MS) told.delete(key);
      await sleep(FOLLOW_MS[target.kind], undefined, { signal });
      const open = [...told.values()].filter((each) => !/^(?:completed|dead|refused)$/.test(each.status));
      const sinceMs = Math.min(Date.now() - LATE_MS, ...open.map(({ at_ms }) => at_ms));
      ({ requests: found } = await page(sinceMs));
    }
  });
}

const keyOf = ({ at_ms, event_id, request_id }: ReceivedRequest) => `${at_ms} ${event_id} ${request_id}`;

const HEAD = ['received (UTC)', 'status', 'event', 'what'];

function table(requests: readonly ReceivedRequest[], head: readonly string[]): string {
  const rows = requests.map(
    ({ at_ms, status, http_status, event_id = '-', event_type, customer, reason }) => {
      const about = [event_type, customer].filter((part) => part !== undefined).join(' ');
      const what = reason === undefined ? about : `${http_status} ${reason}`;
      return [formatUtc(at_ms).slice(0, 19), status, safeText(event_id, 140), safeText(what, 200)];
    },
  );
  return plainTable({ head, widths: [20, 11, 30, 20], rows });
}

/** From a refused one to its cause. */
function refusalHint(refused: ReceivedRequest, target: Target): string {
  const { request_id: id = '', reason = '' } = refused;
  const cause = likelyCause(refused);
  const why = cause === undefined ? reason : `${reason}: ${cause.what}; ${cause.mend}`;
  const command = target.kind === 'local' ? explainCommand(refused) : 'explain FILE';
  const text = wrapText(safeText(`The newest refused one (${id}), ${why}.`, 600), 80).join('\n');
  return `\n${text}\n${commandText(command, target)}`;
}

function timeOption(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It takes a time in UTC: 2026-11-24T12:00:00Z.');
  return ms;
}
