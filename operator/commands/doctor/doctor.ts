import type { Command } from 'commander';
import { numberOption } from '../../../local/number-option.ts';
import type { Run } from '../../cli/context.ts';
import { addTargetOptions } from '../../cli/target-option.ts';
import type { DoctorOptions } from './run-doctor.ts';

const HELP = `
Checks, each by itself: secret, clock, consumer (is it on?), visibility,
retention, ledger, ledger expiry, supaglue, alerts, dead letters, backlog;
then a signed ping is sent and followed to COMPLETED. The ping runs no
handler of yours.

Each line says ok, warn, FAIL, or note (not checked here), and how to mend it.

Examples:
  $ npx supaglue-webhooks doctor --local
  $ npx supaglue-webhooks doctor --stack SupaglueWebhooks-prod --no-ping

Exit codes: 0 no check failed, 1 one did, 2 wrong usage.

--json prints {ok, target, checks: [{check, status (ok, warn, fail, note),
finding, mend, command}], ping: {event_id, answer, end, received_at_ms,
first_attempt_at_ms, completed_at_ms}}; what is not known is null.`;

export function registerDoctor(program: Command, run: Run): void {
  addTargetOptions(
    program
      .command('doctor')
      .description(
        'Checks the whole way of an event and its surroundings, then sends a signed ping along it.',
      ),
  )
    .option('--no-ping', 'change nothing: only look')
    .option(
      '--timeout <seconds>',
      'how long to follow the ping',
      numberOption({ minimum: 1, maximum: 3600 }),
      30,
    )
    .option('--json', 'as one JSON object')
    .addHelpText('after', HELP)
    .action((options: DoctorOptions) =>
      run(async (context) => (await import('./run-doctor.ts')).runDoctor(options, context)),
    );
}
