import type { Command } from 'commander';
import { numberOption } from '../../../local/number-option.ts';
import type { Run } from '../../cli/context.ts';
import { addTargetOptions } from '../../cli/target-option.ts';
import type { SettledState } from '../../core/switch-consumer.ts';
import type { SwitchCommandOptions } from './run-switch.ts';

/** Lambda takes up to a minute or two for a change; locally it is done when the batches under way are. */
const DEFAULT_TIMEOUT_SECONDS = 180;

const PAUSE_HELP = `
While it is paused, webhooks are accepted as ever and wait in the queue, each up
to 7 days: that is how long there is to mend what is wrong. Batches under way
are finished. The alarm on the oldest message will ring: that is expected.
`;

const RESUME_HELP = `
Events that waited are taken as fast as the consumer's concurrency allows.
`;

export function registerPause(program: Command, run: Run): void {
  const description =
    'Disables the event source mapping of the consumer, and waits until it is so. Nothing is lost: events are accepted and wait in the queue.';
  registerSwitch('Disabled', program.command('pause').description(description), PAUSE_HELP, run);
}

export function registerResume(program: Command, run: Run): void {
  const description = 'Enables the event source mapping of the consumer, and waits until it is so.';
  registerSwitch('Enabled', program.command('resume').description(description), RESUME_HELP, run);
}

function registerSwitch(to: SettledState, command: Command, help: string, run: Run): void {
  const isPause = to === 'Disabled';
  addTargetOptions(command)
    .option(
      '--timeout <seconds>',
      'how long to wait for it',
      numberOption({ minimum: 0, maximum: 3_600 }),
      DEFAULT_TIMEOUT_SECONDS,
    )
    .option('--json', 'the outcome as JSON')
    .addHelpText(
      'after',
      `${help}
Examples:
  $ npx supaglue-webhooks ${command.name()} --local
  $ npx supaglue-webhooks ${command.name()} --stack SupaglueWebhooks-prod --json

--json prints: target, state (${to}), changed (false: it was ${isPause ? 'paused already' : 'not paused'}),
waiting and hidden (messages on the queue; hidden ones are in work or wait for
their retry), retention_seconds.`,
    )
    .action((options: SwitchCommandOptions) =>
      run(async (context) => (await import('./run-switch.ts')).runSwitch(to, options, context)),
    );
}
