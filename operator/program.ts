import type { CommandContext } from './cli/context.ts';
import { newProgram, runCommandLine } from './cli/run-command-line.ts';
import { registerDlq } from './commands/dlq/dlq.ts';
import { registerDoctor } from './commands/doctor/doctor.ts';
import { registerPause } from './commands/event-source/pause.ts';
import { registerResume } from './commands/event-source/resume.ts';
import { registerEventsShow } from './commands/events/show.ts';
import { registerExplain } from './commands/explain/explain.ts';
import { registerInspect } from './commands/inspect/inspect.ts';
import { registerReplay } from './commands/replay/replay.ts';
import { registerSecret } from './commands/secret/secret.ts';
import { registerSend } from './commands/send/send.ts';
import type { ExitCode } from './core/command-error.ts';

const HELP = `
What works on a run takes --local (that of \`npm start\`) or --stack NAME (its
outputs are looked up in CloudFormation). Every command takes --json, and --help
shows examples.

Examples:
  $ npm run webhooks -- send sync.complete --local
  $ npm run webhooks -- events show msg_2f9c --local
  $ npm run webhooks -- dlq list --local

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 Ctrl-C.`;

/** The operator's command line. */
export function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  return runCommandLine(args, context, (run) => {
    const program = newProgram('webhooks', context.terminal)
      .description('Operates the Supaglue webhooks: a local run or a deployed stack')
      .addHelpText('after', HELP);
    registerSend(program, run);
    registerEventsShow(program, run);
    registerDlq(program, run);
    registerPause(program, run);
    registerResume(program, run);
    registerInspect(program, run);
    registerReplay(program, run);
    registerDoctor(program, run);
    registerSecret(program, run);
    registerExplain(program, run);
    return program;
  });
}
