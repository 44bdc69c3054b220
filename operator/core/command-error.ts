/** Exit codes of every command. */
export const ExitCode = { DONE: 0, FAILED: 1, USAGE: 2, INTERRUPTED: 130 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What a command could not do. The message is one line for people: the cause, then the way out. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: ExitCode = ExitCode.FAILED;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
  }
}

/** The command line itself is wrong. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
  override readonly exitCode = ExitCode.USAGE;
}
