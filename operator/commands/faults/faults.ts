import { type Command, Option } from 'commander';
import type { Run } from '../../cli/context.ts';
import type { FaultsOptions } from './run-faults.ts';

const HELP = `
Each handler runs by itself, on the production consumer and ledger in virtual
time: once as it is, then once for each place before and after each of its calls
of fetch, with a crash there and its recovery, and with each call hanging and
answered 503. Every fetch is answered "200 {}" on this machine, and nothing else
reaches a network, unless --live lets all of it out. Variables and secrets have
the values that .env.local gives them.

Examples:
  $ npx supaglue-webhooks faults
  $ npx supaglue-webhooks faults pause-billing --type connection.deleted
  $ npx supaglue-webhooks faults pause-billing --file event.json

Exit codes: 0 all is well, 1 a call is repeated without a key, an event is
changed, signal is ignored, or a handler fails without any fault, 2 wrong usage.
That an error is swallowed, or taken for a final one, is told.

--json prints [{handler, type, effects, places: [{when, effect, repeats, fine,
text}], findings: [{kind, handler, effect, text}], text}].`;

export function registerFaults(program: Command, run: Run): void {
  program
    .command('faults')
    .description('What a crash at any place, a call that hangs and a 503 make of your handlers.')
    .argument('[handler]', 'the name that it is registered under; all without it')
    .addOption(new Option('--file <event>', 'the event, as JSON').conflicts('type'))
    .option('--type <type>', 'a sample of this type; the first that the handler is registered for without it')
    .option('--handlers <file>', 'what exports the consumer', 'app/handlers.ts')
    .option('--live', 'let calls out: they act for real, again and again')
    .option('--json', 'the reports as JSON')
    .addHelpText('after', HELP)
    .action((handler: string | undefined, options: FaultsOptions) =>
      run(async (context) => (await import('./run-faults.ts')).runFaults(handler, options, context)),
    );
}
