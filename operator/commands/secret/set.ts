import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Command } from 'commander';
import { SECRET_MAX_AGE_MS, SECRET_REREAD_INTERVAL_MS } from '../../../lambdas/runtime/cached-secret.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { addTargetOptions, SOURCE_OPTION, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { CommandError, ExitCode, UsageError } from '../../core/command-error.ts';
import {
  planNewSecrets,
  planRemoval,
  type SecretChange,
  type SecretMode,
  secretValueOf,
} from '../../core/secret-change.ts';
import {
  askSecret,
  chooseMode,
  processStreams,
  readPiped,
  type SecretStreams,
} from '../../core/secret-input.ts';
import { findStoredValue, notStored } from '../../core/signing-secret.ts';
import type { Target } from '../../core/target.ts';
import { secretLine, secretLineText } from './secret-report.ts';

interface SetOptions extends TargetOptions {
  readonly add?: true;
  readonly replace?: true;
  readonly remove?: string;
  readonly json?: true;
}

const HELP = `
Asks for the secret without showing it; with piped input it is read from there:
  $ npx supaglue-webhooks secret set --stack SupaglueWebhooks-prod
  $ pass show supaglue/whsec | npx supaglue-webhooks secret set --local --add

Several are separated by white space: of several endpoints, or in a rotation:
  1. rotate it in Supaglue: Svix signs with both for 24 hours unless changed
  2. --add        the new one verifies beside the old one
  3. --remove 2   afterwards, takes the old one out

Running functions take a new secret at the first signature that does not match
(at most every 30 s), and forget a removed one within 5 minutes. No deploy is
needed. Secrets Manager keeps the value before as AWSPREVIOUS.

Exit codes: 0 stored or nothing to do, 1 refused or failed, 2 wrong usage.

--json prints {action: stored, added, replaced, removed or unchanged, secret_id,
secrets: [as of secret check]}.`;

export function registerSecretSet(secret: Command, run: Run): void {
  addTargetOptions(
    secret
      .command('set')
      .summary('store the signing secret of the endpoint')
      .description(
        'Stores the signing secret from Supaglue (Settings, Webhooks) in Secrets Manager: validated before, and never shown. What is stored already is kept (--add) or goes (--replace); without either it is asked for.',
      ),
  )
    .option(...SOURCE_OPTION)
    .option('--add', 'keep the stored ones beside the new one, which comes first')
    .option('--replace', 'drop the stored ones')
    .option('--remove <which>', 'take one out: its position or fingerprint, as secret check shows it')
    .option('--json', 'as one JSON object')
    .addHelpText('after', HELP)
    .action((options: SetOptions) => run((context) => runSet(options, context, processStreams())));
}

async function runSet(
  options: SetOptions,
  context: CommandContext,
  streams: SecretStreams,
): Promise<ExitCode> {
  const { add, replace, remove } = options;
  if ([add, replace, remove].filter((each) => each !== undefined).length > 1) {
    throw new UsageError('use one of --add, --replace and --remove');
  }
  const { terminal, signal } = context;
  return withTarget(options, context, async (target) => {
    const progress = terminal.progress('reading what is stored');
    const stored = await findStoredValue(target, signal).finally(() => progress.stop());
    const change =
      remove === undefined
        ? await newSecrets(target, stored, options, context, streams)
        : removal(target, stored, remove);
    if (change === undefined) {
      terminal.note('interrupted: nothing was stored');
      return ExitCode.INTERRUPTED;
    }
    if (change.action !== 'unchanged') await put(target, change, context);
    report(target, change, options, context);
    return ExitCode.DONE;
  });
}

/** Undefined when a question was answered with Ctrl-C. */
async function newSecrets(
  target: Target,
  stored: string | undefined,
  options: SetOptions,
  { signal }: CommandContext,
  streams: SecretStreams,
): Promise<SecretChange | undefined> {
  const isAsked = streams.input.isTTY === true;
  const mode = await modeOf(stored, options, isAsked, streams, signal);
  if (mode === undefined) return undefined;
  const input = isAsked
    ? await askSecret(streams, `Signing secret of ${target.name} (whsec_...)`, signal)
    : await readPiped(streams, signal);
  return input === undefined ? undefined : planNewSecrets(stored, input, mode, target.kind);
}

async function modeOf(
  stored: string | undefined,
  { add, replace }: SetOptions,
  isAsked: boolean,
  streams: SecretStreams,
  signal: AbortSignal,
): Promise<SecretMode | undefined> {
  if (add === true) return 'add';
  if (replace === true) return 'replace';
  if (stored === undefined || stored.trim() === '') return 'first';
  if (isAsked) return chooseMode(streams, signal);
  throw new CommandError(
    'a secret is stored already: --add keeps it beside the new one (rotation), --replace drops it',
  );
}

function removal(target: Target, stored: string | undefined, which: string): SecretChange {
  if (stored === undefined) throw notStored(target);
  return planRemoval(stored, which);
}

async function put(target: Target, { secrets }: SecretChange, { terminal, signal }: CommandContext) {
  const progress = terminal.progress('storing');
  const command = new PutSecretValueCommand({
    SecretId: target.signingSecretId,
    SecretString: secretValueOf(secrets),
  });
  await target.clients.secretsManager.send(command, { abortSignal: signal }).finally(() => progress.stop());
}

function report(
  target: Target,
  { action, secrets }: SecretChange,
  { json }: SetOptions,
  context: CommandContext,
) {
  const { terminal } = context;
  const lines = secrets.map(secretLine);
  if (json === true) {
    terminal.print(JSON.stringify({ action, secret_id: target.signingSecretId, secrets: lines }));
    return;
  }
  terminal.print(`${ACTIONS[action]}; stored now:`);
  for (const line of lines) terminal.print(`  ${secretLineText(line)}`);
  const takes = formatDuration(SECRET_REREAD_INTERVAL_MS);
  const forgets = formatDuration(SECRET_MAX_AGE_MS);
  if (action === 'removed') terminal.note(`it stops verifying within ${forgets}`);
  else if (action !== 'unchanged') {
    terminal.note(`running functions take it within ${takes} of the first webhook signed with it`);
  }
  if (action === 'replaced') terminal.note(`what it replaced stops verifying within ${forgets}`);
}

const ACTIONS: Readonly<Record<SecretChange['action'], string>> = {
  stored: 'stored',
  added: 'added, the new one first',
  replaced: 'replaced',
  removed: 'removed',
  unchanged: 'nothing to do, it is stored already',
};
