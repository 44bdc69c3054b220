import { once } from 'node:events';
import type { Command } from 'commander';
import { portOption } from '../../../local/number-option.ts';
import { safeText } from '../../../local/safe-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { CommandError, ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import type { Inspector } from '../../inspector/serve-inspector.ts';

interface InspectOptions extends TargetOptions {
  readonly port: number;
  readonly write?: true;
  readonly json?: true;
}

const HELP = `
Examples:
  $ npx supaglue-webhooks inspect --stack SupaglueWebhooks-prod
  $ npx supaglue-webhooks inspect --stack SupaglueWebhooks-prod --write
  $ npx supaglue-webhooks inspect --local --port 4500

It listens on 127.0.0.1 alone. The address holds a token that is new each time:
whoever has it may read customers' data, so do not pass it on.

Dead letters are looked at by receiving them for a moment and putting them back:
once at first, when their number changes, and when you press "Look again".
Polls of an open page read queue attributes and counters alone; on a stack every
15 seconds, about $0.01 an hour for CloudWatch.

Ctrl-C stops it. --json prints {url}.`;

export function registerInspect(program: Command, run: Run): void {
  addTargetOptions(
    program
      .command('inspect')
      .description('Serves the web inspector on this machine until Ctrl-C. Read-only without --write.'),
  )
    .option('--port <number>', 'port to listen on; 0: any free one', portOption, 0)
    .option('--write', 'let it redrive and delete dead letters')
    .option('--json', 'the address as JSON')
    .addHelpText('after', HELP)
    .action((options: InspectOptions) => run((context) => runInspect(options, context)));
}

async function runInspect(options: InspectOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  return withTarget(options, context, async (target) => {
    const inspector = await open(target, options, context);
    try {
      terminal.print(options.json === true ? JSON.stringify({ url: inspector.url }) : inspector.url);
      terminal.note(
        `${options.write === true ? 'It may redrive and delete' : 'Read-only'} on ${target.name}; Ctrl-C stops it.`,
      );
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await inspector.close();
    }
    // Ctrl-C is how it is meant to end.
    return ExitCode.DONE;
  });
}

async function open(
  target: Target,
  { port, write }: InspectOptions,
  { terminal }: CommandContext,
): Promise<Inspector> {
  // Loaded when it is asked for: every other command starts without a web server.
  const { serveInspector } = await import('../../inspector/serve-inspector.ts');
  try {
    return await serveInspector({
      target,
      write: write === true,
      port,
      onFault: (error) =>
        terminal.note(
          `the inspector failed: ${safeText(error instanceof Error ? (error.stack ?? error.message) : String(error), 2_000)}`,
        ),
    });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'EADDRINUSE') {
      throw new CommandError(
        `port ${port} is taken: choose another with --port, or any free one with --port 0`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
