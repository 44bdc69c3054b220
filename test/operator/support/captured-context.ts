import type { CommandContext } from '../../../operator/cli/context.ts';
import { createTerminal } from '../../../operator/cli/terminal.ts';
import { runProgram } from '../../../operator/program.ts';

export interface CapturedContext {
  readonly context: CommandContext;
  stdout(): string;
  stderr(): string;
}

/** As long as a timer takes: how busy this machine is has no say in what a command writes. */
const NO_PROGRESS_MS = 2 ** 31 - 1;

/** A command's context whose output is kept. */
export function capturedContext(overrides: Partial<CommandContext> = {}): CapturedContext {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({
    write(text: string) {
      written[name] += text;
    },
  });
  return {
    context: {
      terminal: createTerminal({ stdout: stream('stdout'), stderr: stream('stderr') }, {}, NO_PROGRESS_MS),
      environment: {},
      directory: '/nowhere',
      signal: new AbortController().signal,
      ...overrides,
    },
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
}

/** Runs a command in this process. */
export async function runCaptured(args: readonly string[], overrides: Partial<CommandContext> = {}) {
  const captured = capturedContext(overrides);
  const code = await runProgram(args, captured.context);
  return { code, stdout: captured.stdout(), stderr: captured.stderr() };
}
