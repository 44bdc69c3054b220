import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from './client-options.ts';

const READ_BOUNDS = { connectTimeoutMs: 1_000, requestTimeoutMs: 1_500, maxAttempts: 2 };
/** The request timeout ends with the answer's headers; this one ends the whole read. */
const READ_TIMEOUT_MS = 4_000;

let client: SecretsManagerClient | undefined;

/**
 * Reads a secret's text from Secrets Manager, for what not every event needs: the client is loaded at the first
 * read. Ends after 4 s.
 *
 * @returns the stored text without the white space around it; `undefined` when that is empty
 * @throws what the SDK throws (ResourceNotFoundException also for a secret that has no value yet); its words name the
 * secret and what is not allowed, never the value
 */
export async function readSecretText(secretId: string): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient: Client } = await import(
    '@aws-sdk/client-secrets-manager'
  );
  client ??= new Client(clientOptions(READ_BOUNDS));
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }), {
    abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS),
  });
  const text = SecretString?.trim();
  return text === '' ? undefined : text;
}

/** The same, with `undefined` for a secret that has no value yet, or does not exist: Secrets Manager answers both alike. */
export async function readStoredText(secretId: string): Promise<string | undefined> {
  try {
    return await readSecretText(secretId);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
