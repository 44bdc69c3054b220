import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from './client-options.ts';

const READ_BOUNDS = { connectTimeoutMs: 1_000, requestTimeoutMs: 1_500, maxAttempts: 2 };
/** The request timeout ends with the answer's headers; this one ends the whole read. */
const READ_TIMEOUT_MS = 4_000;

let client: SecretsManagerClient | undefined;

/**
 * Reads a secret's text from Secrets Manager, for what not every event needs: the client is loaded at the first
 * read. Ends after 4 s, or when `signal` aborts.
 *
 * @throws what the SDK throws; its words name the secret and what is not allowed, never the value
 */
export async function readSecretText(secretId: string, signal?: AbortSignal): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient: Client } = await import(
    '@aws-sdk/client-secrets-manager'
  );
  client ??= new Client(clientOptions(READ_BOUNDS));
  const timeout = AbortSignal.timeout(READ_TIMEOUT_MS);
  const abortSignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }), {
    abortSignal,
  });
  return SecretString;
}
