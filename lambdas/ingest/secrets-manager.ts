import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { CallBounds } from '../runtime/client-options.ts';

/** Tight, because the answer waits for it: 2 × 1.5 s and 50 ms of backoff, 4 s when the service throttles. */
export const SECRETS_MANAGER_BOUNDS: CallBounds = {
  connectTimeoutMs: 500,
  requestTimeoutMs: 1_500,
  maxAttempts: 2,
};

/**
 * On one read in all. The request timeout ends with the answer's headers; an answer whose body never comes
 * would otherwise hold the shared read for ever.
 */
const SECRET_READ_TIMEOUT_MS = 4_000;

/**
 * Reads the stored value. `undefined` when there is none to verify with: never set (or the secret does not
 * exist), or marked for deletion, which Secrets Manager answers with InvalidRequestException.
 */
export function createSecretFetcher(
  client: SecretsManagerClient,
  secretId: string,
): () => Promise<string | undefined> {
  return async () => {
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId }), {
        abortSignal: AbortSignal.timeout(SECRET_READ_TIMEOUT_MS),
      });
      return answer.SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException) {
        return undefined;
      }
      throw error;
    }
  };
}
