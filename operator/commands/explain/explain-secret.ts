import { resolve } from 'node:path';
import type { CommandContext } from '../../cli/context.ts';
import { withTarget } from '../../cli/target-option.ts';
import { UsageError } from '../../core/command-error.ts';
import { readInput } from '../../core/read-input.ts';
import { askSecret, type SecretStreams } from '../../core/secret-input.ts';
import { findStoredValue, notStored } from '../../core/signing-secret.ts';
import type { ExplainOptions } from './explain-options.ts';

/**
 * The secrets to explain with, from where the options say; undefined when the question was answered with
 * Ctrl-C.
 *
 * @throws {UsageError} when there is nobody to ask
 * @throws {CommandError} when the place named holds none
 */
export async function secretToExplainWith(
  options: ExplainOptions,
  context: CommandContext,
  streams: SecretStreams,
): Promise<string | undefined> {
  const { secretFile, secretEnv, local, stack } = options;
  if (secretFile !== undefined) {
    const path = resolve(context.directory, secretFile);
    return String(await readInput(path, 'name a readable file with --secret-file')).replace(/^\ufeff/, '');
  }
  if (secretEnv !== undefined) {
    const value = context.environment[secretEnv];
    if (value === undefined)
      throw new UsageError(`no environment variable ${secretEnv} is set (or exported)`);
    return value;
  }
  if (local !== undefined || stack !== undefined) {
    return withTarget(options, context, async (target) => {
      const value = await findStoredValue(target, context.signal);
      if (value === undefined) throw notStored(target);
      return value;
    });
  }
  if (streams.input.isTTY !== true) {
    throw new UsageError('name the secret: --secret-file, --secret-env, --local or --stack');
  }
  return askSecret(streams, 'Signing secret (whsec_...; several with spaces)', context.signal);
}
