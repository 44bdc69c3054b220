import type { Command } from 'commander';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, SOURCE_OPTION, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';
import { readSecretValue } from '../../core/secret-value.ts';
import { findStoredValue, notStored } from '../../core/signing-secret.ts';
import { secretLine, secretLineText } from './secret-report.ts';

interface CheckOptions extends TargetOptions {
  readonly json?: true;
}

const HELP = `
Shows how many secrets are stored, whether the functions take them, and whether
they can be guessed. It prints no part of them; the fingerprint (of the key's
SHA-256) tells them apart. Nothing is sent anywhere.

Examples:
  $ npx supaglue-webhooks secret check --local
  $ npx supaglue-webhooks secret check --stack SupaglueWebhooks-prod --json

Exit codes: 0 all are valid and look random, 1 none is stored, one is malformed
or weak, 2 wrong usage.

--json prints {ok, secret_id, secrets: [{position, valid, problems, weakness,
key_bytes, fingerprint}]}.`;

export function registerSecretCheck(secret: Command, run: Run): void {
  addTargetOptions(
    secret
      .command('check')
      .summary('whether the stored secrets are valid and strong')
      .description('Checks the stored signing secrets without showing them.'),
  )
    .option(...SOURCE_OPTION)
    .option('--json', 'as one JSON object')
    .addHelpText('after', HELP)
    .action((options: CheckOptions) => run((context) => runCheck(options, context)));
}

async function runCheck(options: CheckOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal } = context;
  return withTarget(options, context, async (target) => {
    const progress = terminal.progress('reading the secret');
    const stored = await findStoredValue(target, context.signal).finally(() => progress.stop());
    const secrets = stored === undefined ? [] : readSecretValue(stored).map(secretLine);
    const ok = secrets.length > 0 && secrets.every(({ valid, weakness }) => valid && weakness === null);
    if (options.json === true) {
      terminal.print(JSON.stringify({ ok, secret_id: target.signingSecretId, secrets }));
    } else if (stored === undefined) {
      throw notStored(target);
    } else {
      for (const line of secrets) {
        const good = line.valid && line.weakness === null;
        terminal.print(terminal.paint(good ? 'green' : 'red', secretLineText(line)));
      }
    }
    return ok ? ExitCode.DONE : ExitCode.FAILED;
  });
}
