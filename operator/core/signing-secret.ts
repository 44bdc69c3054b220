import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { parseSigningSecret } from '../../lambdas/ingest/signing-secret.ts';
import { CommandError } from './command-error.ts';
import type { Target } from './target.ts';

/**
 * The first signing secret of the target, to sign with.
 *
 * @throws {CommandError} when none is stored yet, or public keys alone
 * @throws {SigningSecretError} when the stored one is not a signing secret
 */
export async function readSigningSecret(target: Target, abortSignal: AbortSignal): Promise<string> {
  const entries = ((await findStoredValue(target, abortSignal)) ?? '')
    .split(/\s+/)
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw notStored(target);
  const shared = entries.find((entry) => parseSigningSecret(entry).type === 'secret');
  if (shared === undefined) {
    throw new CommandError(`${target.signingSecretId} holds public keys alone: only their sender can sign`);
  }
  return shared;
}

/** The stored value as it is: one secret, or several separated by white space. Undefined when there is none yet. */
export async function findStoredValue(target: Target, abortSignal: AbortSignal): Promise<string | undefined> {
  const command = new GetSecretValueCommand({ SecretId: target.signingSecretId });
  try {
    return (await target.clients.secretsManager.send(command, { abortSignal })).SecretString;
  } catch (error) {
    // A secret that was created without a value answers as if it were not there.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** What a command says that cannot go on without one. */
export function notStored({ signingSecretId, flag }: Target): CommandError {
  return new CommandError(
    `no signing secret is stored in ${signingSecretId}: put in the one from Supaglue, Settings, Webhooks, with \`npx supaglue-webhooks secret set ${flag}\``,
  );
}
