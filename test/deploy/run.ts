import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectDirectory } from '../../lib/project-paths.ts';
import type { CommandContext } from '../../operator/cli/context.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { plainTable } from '../../operator/cli/table.ts';
import { ExitCode } from '../../operator/core/command-error.ts';
import { startEmulator } from './emulator.ts';
import { type Ran, STEPS } from './steps.ts';
import { WORKAROUNDS } from './workarounds.ts';

const HELP = `
It needs MiniStack, an emulator of AWS: pip install ministack==1.5.33
Nothing leaves this machine: the emulator listens on loopback, and every tool is
given its address and invented credentials.
`;
/** The end of what a program wrote, where its error is. */
const SHOWN_CHARACTERS = 4_000;

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  newProgram('npm run test:deploy --', context.terminal)
    .description(
      'Deploys the stack to an emulator that nobody here wrote, uses it by the tools, and destroys it.',
    )
    .option('--emulator <command>', "MiniStack's command", 'ministack')
    .addHelpText('after', HELP)
    .action(({ emulator }: { readonly emulator: string }) => run((own) => runSteps(emulator, own))),
);

async function runSteps(program: string, { terminal, signal }: CommandContext): Promise<ExitCode> {
  const directory = await mkdtemp(join(tmpdir(), 'deploy-test-'));
  const progress = terminal.progress(`starting ${program}`);
  const rows: string[][] = [];
  try {
    const emulator = await startEmulator(program, directory);
    try {
      for (const workaround of WORKAROUNDS) terminal.note(`changed in the template: ${workaround}`);
      for (const { name, work } of STEPS) {
        signal.throwIfAborted();
        progress.step(`${rows.length} of ${STEPS.length} done, ${name}`);
        const startedAtMs = performance.now();
        const run = (command: string, args: readonly string[], input?: string) =>
          runProgram(command, args, { environment: emulator.environment, signal, input });
        const failure = await work({ emulator, directory, run }).then(
          () => undefined,
          (error: Error) => error.message,
        );
        rows.push([name, failure === undefined ? 'ok' : 'FAILED', seconds(performance.now() - startedAtMs)]);
        if (failure !== undefined) terminal.note(`FAILED ${name}: ${failure.slice(-SHOWN_CHARACTERS)}`);
        // Each step stands on those before it.
        if (failure !== undefined) break;
      }
    } finally {
      await emulator.stop();
    }
  } finally {
    progress.stop();
    await rm(directory, { recursive: true, force: true });
  }
  terminal.print(
    plainTable({
      head: ['step', 'result', 'seconds'],
      widths: [62, 9, 10],
      alignments: ['left', 'left', 'right'],
      rows,
    }),
  );
  const passed = rows.filter(([, result]) => result === 'ok').length;
  terminal.print(`${passed} of ${STEPS.length} steps passed`);
  return passed === STEPS.length ? ExitCode.DONE : ExitCode.FAILED;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

interface ProgramOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly input: string | undefined;
}

function runProgram(
  command: string,
  args: readonly string[],
  { environment, signal, input = '' }: ProgramOptions,
): Promise<Ran> {
  const child = spawn(command, args, {
    cwd: projectDirectory,
    env: {
      ...environment,
      PATH: [join(projectDirectory, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      HOME: process.env['HOME'],
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
    },
    signal,
  });
  child.stdin.end(input);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}
