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
  $ npx supaglue-webhooks events list --local
  $ npx supaglue-webhooks dlq list --local

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 Ctrl-C.`;

/** In the order of the help. Only the wanted one is loaded: each brings what the others start faster without. */
const COMMANDS: Readonly<Record<string, readonly [summary: string, load: () => Promise<Register>]>> = {
  init: [
    'a project of your own, in a new folder',
    async () => (await import('./commands/init/init.ts')).registerInit,
  ],
  send: [
    'sign and post a sample event, then follow it to its end',
    async () => (await import('./commands/send/send.ts')).registerSend,
  ],
  events: [
    'what was received and what became of it: list, show, resend',
    async () => (await import('./commands/events/events.ts')).registerEvents,
  ],
  dlq: [
    'what failed for good: list, show, redrive, edit, delete, export dead letters',
    async () => (await import('./commands/dlq/dlq.ts')).registerDlq,
  ],
  pause: [
    'stop taking events from the queue: the first move in an incident',
    async () => (await import('./commands/event-source/switch.ts')).registerPause,
  ],
  resume: [
    'take events from the queue again, after a pause',
    async () => (await import('./commands/event-source/switch.ts')).registerResume,
  ],
  inspect: [
    'the web inspector, on this machine',
    async () => (await import('./commands/inspect/inspect.ts')).registerInspect,
  ],
  replay: [
    'run exported dead letters through the handlers on this machine',
    async () => (await import('./commands/replay/replay.ts')).registerReplay,
  ],
  faults: [
    'what a crash at any place, a hanging call and a 503 make of your handlers',
    async () => (await import('./commands/faults/faults.ts')).registerFaults,
  ],
  doctor: [
    'is it set up right, and does an event go through?',
    async () => (await import('./commands/doctor/doctor.ts')).registerDoctor,
  ],
  secret: [
    'the signing secret of the endpoint: set, check',
    async () => (await import('./commands/secret/secret.ts')).registerSecret,
  ],
  database: [
    "the local run's application database: tables, query",
    async () => (await import('./commands/database/database.ts')).registerDatabase,
  ],
  reconcile: [
    "find what Supaglue's events did not tell, and make up for it",
    async () => (await import('./commands/reconcile/reconcile.ts')).registerReconcile,
  ],
  supaglue: [
    "change something at the local run's Supaglue, without an event",
    async () => (await import('./commands/reconcile/supaglue.ts')).registerSupaglue,
  ],
  explain: [
    'why a captured request does not verify',
    async () => (await import('./commands/explain/explain.ts')).registerExplain,
  ],
};

type Register = (program: Command, run: Run) => void;

export function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const [first, second] = args;
  const wanted = first === 'help' ? second : first;
  return runCommandLine(args, context, async (run) => {
    const program = newProgram('supaglue-webhooks', context.terminal)
      .description('Operates the Supaglue webhooks: a local run or a deployed stack')
      .addHelpText('after', HELP);
    for (const [name, [summary, load]] of Object.entries(COMMANDS)) {
      if (name === wanted) (await load())(program, run);
      else program.command(name).summary(summary);
    }
    return program;
  });
}
