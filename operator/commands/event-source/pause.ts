import type { Command } from 'commander';
import type { Run } from '../../cli/context.ts';
import { addTargetOptions } from '../../cli/target-option.ts';
import { DEFAULT_TIMEOUT_SECONDS, type SwitchCommandOptions, timeoutOption } from './switch-options.ts';

const HELP = `
While it is paused, webhooks are accepted as ever and wait in the queue, each up
to 7 days: that is how long there is to mend what is wrong. Batches under way
are finished. The alarm on the oldest message will ring: that is expected.

Examples:
  $ npx supaglue-webhooks pause --local
  $ npx supaglue-webhooks pause --stack SupaglueWebhooks-prod --json

--json prints: target, state (Disabled), changed (false: it was paused already),
waiting and hidden (messages on the queue; hidden ones are in work or wait for
their retry), retention_seconds.`;

export function registerPause(program: Command, run: Run): void {
  addTargetOptions(
    program
      .command('pause')
      .description(
        'Disables the event source mapping of the consumer, and waits until it is so. Nothing is lost: events are accepted and wait in the queue.',
      ),
  )
    .option('--timeout <seconds>', 'how long to wait for it', timeoutOption, DEFAULT_TIMEOUT_SECONDS)
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', HELP)
    .action((options: SwitchCommandOptions) =>
      run(async (context) => (await import('./run-switch.ts')).runSwitch('Disabled', options, context)),
    );
}
