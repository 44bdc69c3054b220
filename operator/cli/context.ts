import type { ExitCode } from '../core/command-error.ts';
import type { Terminal } from './terminal.ts';

/** What a command has of the process it runs in. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `.local/env` and files named on the command line are looked for. */
  readonly directory: string;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs one command; what it throws ends as one line and an exit code. */
export type Run = (work: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;
