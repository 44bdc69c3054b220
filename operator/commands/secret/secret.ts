import type { Command } from 'commander';
import type { Run } from '../../cli/context.ts';
import { registerSecretCheck } from './check.ts';
import { registerSecretSet } from './set.ts';

export function registerSecret(program: Command, run: Run): void {
  const secret = program.command('secret').description('The signing secret of the endpoint');
  registerSecretSet(secret, run);
  registerSecretCheck(secret, run);
}
