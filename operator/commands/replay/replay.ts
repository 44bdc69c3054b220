import { type Command, Option } from 'commander';
import { numberOption, portOption } from '../../../local/number-option.ts';
import type { Run } from '../../cli/context.ts';
import type { ReplayOptions } from './run-replay.ts';

/** Node's own default. */
const DEFAULT_INSPECTOR_PORT = 9229;

const HELP = `
Handlers run for real: calls that they make to databases and APIs are not
stopped. AWS is not reached: queue, ledger and alerts are this machine's own, on
free ports, and gone afterwards. The ledger starts empty, so every handler of an
event runs, also one that has completed in production. Copies are left out.

Examples:
  $ npx supaglue-webhooks dlq export --stack SupaglueWebhooks-prod \\
      --output dead.ndjson
  $ npx supaglue-webhooks replay dead.ndjson
  $ npx supaglue-webhooks replay dead.ndjson --only msg_2f9c --inspect-brk
  $ npx supaglue-webhooks dlq export --local | \\
      npx supaglue-webhooks replay -

With --inspect-brk events run one at a time, unminified and without time limits,
in a process that waits for a debugger: open chrome://inspect, or attach the one
of your editor. Set breakpoints in app/, then continue.

Exit codes: 0 all events ended COMPLETED, 1 anything else, 2 wrong usage.

--json prints one object: passed, took_ms, copies (left out), invalid_lines
[{line, problem}], events [{line, event_id, event_type, message_id, end
(COMPLETED, DEAD-LETTERED, RETRYING, FUNCTION_FAILED, NOT_SENT), reason,
attempts, took_ms, handlers, error}]; handlers are [{handler, outcome
(completed, failed), error, message, code, retryable, frame}].`;

export function registerReplay(program: Command, run: Run): void {
  program
    .command('replay')
    .description(
      'Runs what `dlq export` wrote through this checkout’s handlers on this machine, and shows how each event ends.',
    )
    .argument('<file>', 'the export; - for standard input')
    .addOption(
      new Option('--only <id>', 'svix-id or message id; repeatable')
        .argParser((id: string, ids: readonly string[]) => [...ids, id])
        .default([], 'all'),
    )
    .option(
      '--limit <n>',
      'stop after so many events',
      numberOption({ minimum: 1, maximum: 1_000_000, whole: true }),
    )
    .option(
      '--attempts <n>',
      'attempts of an event before it counts as failed',
      numberOption({ minimum: 1, maximum: 40, whole: true }),
      1,
    )
    .option('--skip-invalid', 'leave out lines that are no letters, instead of running nothing')
    .option('--verbose', 'log lines of the functions as they are, to standard error')
    .addOption(
      new Option('--inspect-brk [port]', 'wait for a debugger; on 127.0.0.1 only')
        .argParser(portOption)
        .preset(String(DEFAULT_INSPECTOR_PORT)),
    )
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', HELP)
    .action((file: string, options: ReplayOptions) =>
      run(async (context) => (await import('./run-replay.ts')).runReplay(file, options, context)),
    );
}
