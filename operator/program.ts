import type { CommandContext } from './cli/context.ts';
import { newProgram, runCommandLine } from './cli/run-command-line.ts';
import { registerEventsShow } from './commands/events/show.ts';
import { registerSend } from './commands/send/send.ts';
import type { ExitCode } from './core/command-error.ts';

const HELP = `
Every command takes --local (the run of \`npm start\`) or --stack NAME (outputs are
looked up in CloudFormation), --json, and --help with examples.

Examples:
  $ npm run webhooks -- send sync.complete --local
  $ npm run webhooks -- events show msg_2f9c --local

Exit codes: 0 done, 1 refused or failed, 2 wrong usage.`;

/** The operator's command line. */
export function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  return runCommandLine(args, context, (run) => {
    const program = newProgram('webhooks', context.terminal)
      .description('Operates the Supaglue webhooks: a local run or a deployed stack')
      .addHelpText('after', HELP);
    registerSend(program, run);
    registerEventsShow(program, run);
    return program;
  });
}
