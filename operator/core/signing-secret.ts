import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { parseSigningSecret } from '../../lambdas/ingest/signing-secret.ts';
import { CommandError } from './command-error.ts';
import type { Target } from './target.ts';

/**
 * The first signing secret of the target, to sign with.
 *
 * @throws {CommandError} when none is stored yet
 * @throws {SigningSecretError} when the stored one is not a signing secret
 */
export async function readSigningSecret(target: Target, abortSignal: AbortSignal): Promise<string> {
  const [first] = (await storedValue(target, abortSignal)).split(/\s+/).filter((entry) => entry !== '');
  if (first === undefined) throw notStored(target);
  parseSigningSecret(first);
  return first;
}

async function storedValue(target: Target, abortSignal: AbortSignal): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId: target.signingSecretId });
  try {
    return (await target.clients.secretsManager.send(command, { abortSignal })).SecretString ?? '';
  } catch (error) {
    // A secret that was created without a value answers as if it were not there.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') throw notStored(target, error);
    throw error;
  }
}

function notStored(target: Target, cause?: unknown): CommandError {
  return new CommandError(
    `no signing secret is stored in ${target.signingSecretId}: put in the one from Supaglue, Settings, Webhooks`,
    { cause },
  );
}
