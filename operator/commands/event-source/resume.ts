import type { Command } from 'commander';
import type { Run } from '../../cli/context.ts';
import { addTargetOptions } from '../../cli/target-option.ts';
import { DEFAULT_TIMEOUT_SECONDS, type SwitchCommandOptions, timeoutOption } from './switch-options.ts';

const HELP = `
Events that waited are taken as fast as the consumer's concurrency allows.

Examples:
  $ npx supaglue-webhooks resume --local
  $ npx supaglue-webhooks resume --stack SupaglueWebhooks-prod --json

--json prints: target, state (Enabled), changed (false: it was not paused),
waiting and hidden (messages on the queue; hidden ones are in work or wait for
their retry), retention_seconds.`;

export function registerResume(program: Command, run: Run): void {
  addTargetOptions(
    program
      .command('resume')
      .description('Enables the event source mapping of the consumer, and waits until it is so.'),
  )
    .option('--timeout <seconds>', 'how long to wait for it', timeoutOption, DEFAULT_TIMEOUT_SECONDS)
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', HELP)
    .action((options: SwitchCommandOptions) =>
      run(async (context) => (await import('./run-switch.ts')).runSwitch('Enabled', options, context)),
    );
}
