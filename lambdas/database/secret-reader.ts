import { errorText } from '../runtime/error-text.ts';
import { readSecretText } from '../runtime/secret-text.ts';
import { DatabaseError } from './database-error.ts';

/** Reads a secret's text. @throws {DatabaseError} retryable, naming what the secret is for and nothing of it */
export type ReadSecret = () => Promise<string>;

/**
 * Reads from Secrets Manager.
 *
 * @param purpose - for errors: `database`, `database certificates`
 */
export function createSecretReader(secretId: string, purpose: string): ReadSecret {
  return async () => {
    const text = await readSecretText(secretId).catch((cause: unknown) => {
      throw new DatabaseError(`the ${purpose} secret cannot be read: ${errorText(cause)}`, { cause });
    });
    if (text === undefined) throw new DatabaseError(`the ${purpose} secret holds no text`);
    return text;
  };
}
