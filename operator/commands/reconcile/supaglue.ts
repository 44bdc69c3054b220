import type { Command } from 'commander';
import { findExports } from '../../../local/run-exports.ts';
import { CHANGES_PATH, LOCAL_API_KEY } from '../../../local/supaglue/server.ts';
import type { Run } from '../../cli/context.ts';
import { CommandError, ExitCode } from '../../core/command-error.ts';
import { isLoopbackUrl } from '../../core/loopback.ts';

const HELP = `
Fields: customer, provider, connection, entity, object, schema, status, records.

Examples:
  $ npx supaglue-webhooks supaglue connect customer=third-customer
  $ npx supaglue-webhooks supaglue run connection=ID object=company`;

export function registerSupaglue(program: Command, run: Run): void {
  program
    .command('supaglue <change> [fields...]')
    .description(
      'Changes the Supaglue of `npm start -- --with-supaglue`: connect, disconnect, map, unmap, run or schema.',
    )
    .addHelpText('after', HELP)
    .action((change: string, fields: readonly string[]) =>
      run(async ({ terminal, directory, environment, signal }) => {
        const url = (await findExports(directory, environment))['SUPAGLUE_API_URL'] ?? '';
        if (!isLoopbackUrl(url))
          throw new CommandError('the local run has no Supaglue: start it with --with-supaglue');
        const given = Object.fromEntries(fields.map((field) => field.split(/=(.*)/s)));
        const body = JSON.stringify({ ...given, change });
        const headers = { 'x-api-key': LOCAL_API_KEY };
        const response = await fetch(url + CHANGES_PATH, { method: 'POST', headers, body, signal });
        if (!response.ok)
          throw new CommandError('there is no such change, or no such connection: --help shows them');
        terminal.print(((await response.json()) as { id: string }).id);
        return ExitCode.DONE;
      }),
    );
}
