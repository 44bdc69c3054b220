import { type Command, Option } from 'commander';
import { PING_EVENT_TYPE, PING_MAX_DELAY_MS } from '../../../lambdas/contract/message.ts';
import { numberOption } from '../../../local/number-option.ts';
import type { Run } from '../../cli/context.ts';
import { addTargetOptions, SOURCE_OPTION } from '../../cli/target-option.ts';
import { type Assignment, parseAssignment } from '../../core/set-path.ts';
import { TAMPERINGS } from '../../core/sign-request.ts';
import type { SendOptions } from './send-options.ts';

const HELP = `
Examples:
  $ npx supaglue-webhooks send sync.complete --local
  $ npx supaglue-webhooks send sync.complete --local --set result=ERROR \\
      --set error_message="no access"
  $ npx supaglue-webhooks send ${PING_EVENT_TYPE} --local --fail-times 2
  $ npx supaglue-webhooks send connection.deleted --local --duplicate
  $ npx supaglue-webhooks send sync.paused --local --tamper signature
  $ npx supaglue-webhooks send sync.complete --local --count 100 --rate 20
  $ npx supaglue-webhooks send --local --file captured-body.json
  $ npx supaglue-webhooks send ${PING_EVENT_TYPE} \\
      --stack SupaglueWebhooks-prod

Exit codes: 0 the event ended COMPLETED (with --no-follow: was accepted; with
--tamper: was refused with 401), 1 anything else, 2 wrong usage.

--json prints one object per event: event_id, event_type, bytes, body_sha256,
sent_at_ms, tampered, answer (status, code, message, request_id, took_ms),
end (COMPLETED, DUPLICATE, DEAD-LETTERED, PAYLOAD_MISMATCH, RETRYING, PENDING,
ACCEPTED, REFUSED), duplicate_recognised, steps, record (as of events show).`;

export function registerSend(program: Command, run: Run): void {
  const collect = (text: string, collected: readonly Assignment[]) => [...collected, parseAssignment(text)];
  addTargetOptions(
    program
      .command('send')
      .description(
        'Signs and posts a sample event, then follows it through the ledger to its end. A stack gets only the ping, unless --yes repeats its name: a sample would run the real handlers.',
      )
      .argument('[type]', 'event type, yours too (its fields: --set); not for --file'),
  )
    .option(...SOURCE_OPTION)
    .addOption(
      new Option('--set <field=value>', 'change a field (dotted path; JSON or text); repeatable')
        .argParser(collect)
        .default([], 'the sample as it is'),
    )
    .option('--file <file>', 'send these bytes exactly, of any type')
    .option(
      '--count <n>',
      'send so many, each with an id of its own',
      numberOption({ minimum: 1, maximum: 100_000, whole: true }),
      1,
    )
    .option(
      '--rate <n>',
      'events per second (default: as fast as they are answered)',
      numberOption({ minimum: 0.01, maximum: 10_000 }),
    )
    .option('--duplicate', 'once it is COMPLETED, deliver it again with the same svix-id')
    .addOption(new Option('--tamper <part>', 'break it, to see it refused').choices(TAMPERINGS))
    .option('--id <svix-id>', 'send under this id (default: a fresh one)')
    .option(
      '--delay <seconds>',
      'ping: how long the handler takes',
      numberOption({ minimum: 0, maximum: PING_MAX_DELAY_MS / 1000 }),
    )
    .option(
      '--fail-times <n>',
      'ping: how many attempts fail before one succeeds',
      numberOption({ minimum: 0, maximum: 1000, whole: true }),
    )
    .option('--fail-permanently', 'ping: fail for good at once')
    .option('--no-follow', 'stop at the answer')
    .option('--timeout <seconds>', 'how long to follow', numberOption({ minimum: 0, maximum: 86_400 }), 60)
    .option('--yes <stack>', "the stack's name again: send what runs its real handlers")
    .option('--json', 'one JSON object per event')
    .addHelpText('after', HELP)
    .action((type: string | undefined, options: SendOptions) =>
      run(async (context) => {
        // Loaded when it is wanted: the SDK's clients are most of the time that `--help` would take.
        const { runSend } = await import('./run-send.ts');
        return runSend(type, options, context);
      }),
    );
}
