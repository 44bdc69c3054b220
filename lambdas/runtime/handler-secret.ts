import { type CachedSecret, createCachedSecret } from './cached-secret.ts';
import { type Environment, requireText } from './environment.ts';
import { errorText } from './error-text.ts';
import { readSecretText } from './secret-text.ts';

/** A handler's secret holds no value, or cannot be read. Storing one mends it: the event is worth another attempt. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code = 'secret';
  readonly retryable = true;
}

/**
 * A secret of your handlers, by the variable that the stack's `secrets` names it by:
 *
 * ```ts
 * const apiKey = secret('BILLING_API_KEY');
 * // in the handler
 * const authorization = `Bearer ${await apiKey.current(signal)}`;
 * ```
 *
 * Nothing is read before the first `current`. The value is kept for 5 minutes, so a rotation needs no release; when
 * whoever is called refuses it, `reread` gives the one that is stored now.
 *
 * @param environment - @default the function's own
 * @throws {ConfigurationError} from `current`, when the stack names no such secret
 * @throws {SecretError} from `current`, when it cannot be read or holds no value; nothing of it is told
 */
export function secret(name: string, environment: Environment = process.env): CachedSecret<string> {
  return createCachedSecret({
    async read() {
      const text = await readSecretText(requireText(environment, name)).catch((cause: unknown) => {
        throw new SecretError(`the secret ${name} cannot be read: ${errorText(cause)}`, { cause });
      });
      if (text === undefined) throw new SecretError(`the secret ${name} holds no value`);
      return text;
    },
    nowMs: Date.now,
  });
}
