import { Command, CommanderError } from 'commander';
import { ExitCode } from '../core/command-error.ts';
import { toCommandError } from '../core/error-line.ts';
import type { CommandContext, Run } from './context.ts';
import type { Terminal } from './terminal.ts';

/** A commander program that writes to the terminal and never ends the process by itself. */
export function newProgram(name: string, { print, note }: Terminal): Command {
  const withoutLastBreak = (text: string) => text.replace(/\n$/, '');
  return new Command(name).exitOverride().configureOutput({
    writeOut: (text) => print(withoutLastBreak(text)),
    writeErr: (text) => note(withoutLastBreak(text)),
    getOutHelpWidth: () => 80,
    getErrHelpWidth: () => 80,
  });
}

/**
 * Runs one command line (without the program's own name) to its exit code; never rejects.
 *
 * @param createProgram - gets what its actions run their work with
 */
export async function runCommandLine(
  args: readonly string[],
  context: CommandContext,
  createProgram: (run: Run) => Command | Promise<Command>,
): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.DONE;
  const run: Run = async (work) => {
    exitCode = await work(context);
  };
  try {
    const program = await createProgram(run);
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (context.signal.aborted) {
      context.terminal.note('interrupted');
      return ExitCode.INTERRUPTED;
    }
    // Commander has written its message already; it ends usage errors with 1, as if something had failed.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.DONE : ExitCode.USAGE;
    const { message, exitCode: failure } = toCommandError(error);
    context.terminal.note(`error: ${message}`);
    return failure;
  }
}
