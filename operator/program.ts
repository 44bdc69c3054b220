import type { Command } from 'commander';
import type { CommandContext, Run } from './cli/context.ts';
import { newProgram, runCommandLine } from './cli/run-command-line.ts';
import type { ExitCode } from './core/command-error.ts';

const HELP = `
What works on a run takes --local (that of \`npm start\`) or --stack NAME (its
outputs are looked up in CloudFormation). Every command takes --json, and --help
shows examples.

Examples:
  $ npx supaglue-webhooks send sync.complete --local
  $ npx supaglue-webhooks events show msg_2f9c --local
  $ npx supaglue-webhooks dlq list --local

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 Ctrl-C.`;

interface CommandEntry {
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<(program: Command, run: Run) => void>;
}

/** In the order of the help. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'a project of your own, in a new folder',
    load: async () => (await import('./commands/init/init.ts')).registerInit,
  },
  {
    name: 'send',
    summary: 'sign and post a sample event, then follow it to its end',
    load: async () => (await import('./commands/send/send.ts')).registerSend,
  },
  {
    name: 'events',
    summary: "events show: an event's record as a timeline",
    load: async () => (await import('./commands/events/show.ts')).registerEventsShow,
  },
  {
    name: 'dlq',
    summary: 'what failed for good: list, show, redrive, delete, export dead letters',
    load: async () => (await import('./commands/dlq/dlq.ts')).registerDlq,
  },
  {
    name: 'pause',
    summary: 'stop taking events from the queue: the first move in an incident',
    load: async () => (await import('./commands/event-source/pause.ts')).registerPause,
  },
  {
    name: 'resume',
    summary: 'take events from the queue again, after a pause',
    load: async () => (await import('./commands/event-source/resume.ts')).registerResume,
  },
  {
    name: 'inspect',
    summary: 'the web inspector, on this machine',
    load: async () => (await import('./commands/inspect/inspect.ts')).registerInspect,
  },
  {
    name: 'replay',
    summary: 'run exported dead letters through the handlers on this machine',
    load: async () => (await import('./commands/replay/replay.ts')).registerReplay,
  },
  {
    name: 'doctor',
    summary: 'is it set up right, and does an event go through?',
    load: async () => (await import('./commands/doctor/doctor.ts')).registerDoctor,
  },
  {
    name: 'secret',
    summary: 'the signing secret of the endpoint: set, check',
    load: async () => (await import('./commands/secret/secret.ts')).registerSecret,
  },
  {
    name: 'database',
    summary: "the local run's application database: tables, query",
    load: async () => (await import('./commands/database/database.ts')).registerDatabase,
  },
  {
    name: 'explain',
    summary: 'why a captured request does not verify',
    load: async () => (await import('./commands/explain/explain.ts')).registerExplain,
  },
];

/** The operator's command line. */
export function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [first, second] = args;
  const wanted = first === 'help' ? second : first;
  return runCommandLine(args, context, async (run) => {
    const program = newProgram('supaglue-webhooks', context.terminal)
      .description('Operates the Supaglue webhooks: a local run or a deployed stack')
      .addHelpText('after', HELP);
    for (const { name, summary, load } of COMMANDS) {
      // Only the wanted one is loaded: each brings SDK clients and pages that the others start faster without.
      if (name === wanted) (await load())(program, run);
      else program.command(name).summary(summary);
    }
    return program;
  });
}
