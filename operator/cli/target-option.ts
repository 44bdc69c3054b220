import type { Command } from 'commander';
import { findExports } from '../../local/run-exports.ts';
import { UsageError } from '../core/command-error.ts';
import { toCommandError } from '../core/error-line.ts';
import { atSource, closeTarget, type Target } from '../core/target.ts';
import type { CommandContext } from './context.ts';

/** Options that every command with a target has. */
export interface TargetOptions {
  readonly local?: true;
  readonly stack?: string;
  /** Of commands that work on one sender's secret. */
  readonly source?: string;
}

export function addTargetOptions(command: Command): Command {
  return command
    .option('--local', 'work on the local run (`npm start`); never touches AWS')
    .option('--stack <name>', 'work on the deployed stack of this name');
}

/** `.option(...SOURCE_OPTION)`, for commands that work on one sender's secret. */
export const SOURCE_OPTION = [
  '--source <name>',
  'another sender than Supaglue: one of the stack’s sources',
] as const;

/** Opens the target, hands it over and closes it; what goes wrong is explained in its terms. */
export async function withTarget<Result>(
  options: TargetOptions,
  context: CommandContext,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  const kind = kindOf(options);
  try {
    const target = await openTarget(options, context);
    try {
      return await work(atSource(target, options.source));
    } finally {
      closeTarget(target);
    }
  } catch (error) {
    throw toCommandError(error, { target: kind });
  }
}

function kindOf({ local, stack }: TargetOptions): Target['kind'] {
  if ((local === undefined) === (stack === undefined)) {
    throw new UsageError('name one target: --local, or --stack NAME');
  }
  return local === undefined ? 'stack' : 'local';
}

/** The AWS clients are loaded here, when they are needed: `--help` and wrong usage answer without them (run: 0.4 s). */
async function openTarget({ stack }: TargetOptions, context: CommandContext): Promise<Target> {
  if (stack === undefined) {
    const exports = await findExports(context.directory, context.environment);
    const { localTarget } = await import('../core/local-target.ts');
    return localTarget(exports);
  }
  const { cloudFormationClient, refuseLocalExports, stackTarget } = await import('../core/stack-target.ts');
  refuseLocalExports(context.environment);
  const cloudFormation = cloudFormationClient();
  const progress = context.terminal.progress(`looking up stack ${stack}`);
  try {
    return await stackTarget(stack, cloudFormation, context.signal);
  } finally {
    progress.stop();
    cloudFormation.destroy();
  }
}
