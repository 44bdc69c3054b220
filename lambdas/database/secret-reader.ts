import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from '../runtime/client-options.ts';
import { DatabaseError } from './database-error.ts';

const READ_BOUNDS = { connectTimeoutMs: 1_000, requestTimeoutMs: 1_500, maxAttempts: 2 };
/** The request timeout ends with the answer's headers; this one ends the whole read. */
const READ_TIMEOUT_MS = 4_000;

/** Reads a secret's text. @throws {DatabaseError} retryable, naming what the secret is for and nothing of it */
export type ReadSecret = (signal: AbortSignal) => Promise<string>;

/**
 * Reads from Secrets Manager. Its client is loaded at the first read.
 *
 * @param purpose - for errors: `database`, `database certificates`
 */
export function createSecretReader(secretId: string, purpose: string): ReadSecret {
  let client: SecretsManagerClient | undefined;
  return async (signal) => {
    const { GetSecretValueCommand, SecretsManagerClient: Client } = await import(
      '@aws-sdk/client-secrets-manager'
    );
    client ??= new Client(clientOptions(READ_BOUNDS));
    const text = await client
      .send(new GetSecretValueCommand({ SecretId: secretId }), {
        abortSignal: AbortSignal.any([signal, AbortSignal.timeout(READ_TIMEOUT_MS)]),
      })
      .then(
        ({ SecretString }) => SecretString,
        (cause: unknown) => {
          // Secrets Manager's words name the secret and what is not allowed, never the value.
          throw new DatabaseError(`the ${purpose} secret cannot be read: ${String(cause)}`, {
            retryable: true,
            cause,
          });
        },
      );
    if (text === undefined || text.trim() === '') {
      throw new DatabaseError(`the ${purpose} secret holds no text`, { retryable: true });
    }
    return text;
  };
}
