import { type CachedSecret, createCachedSecret } from '../runtime/cached-secret.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The secret of a channel holds nothing that could be used. Storing the right value mends it. */
export class AlertSecretError extends Error {
  override readonly name = 'AlertSecretError';
  readonly code = 'alert-secret';
  readonly retryable = true;
}

/** The stored text without the white space around it; `undefined` while there is none. */
export type FetchSecret = () => Promise<string | undefined>;

export interface AlertSecretOptions<Target> {
  /** Of the service, for errors. */
  readonly name: string;
  readonly fetchSecret: FetchSecret;
  /** The target, or what the secret takes. */
  readonly parse: (text: string) => Target | string;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Caches a parsed secret. Its reads throw an {@link AlertSecretError} when there is no value, or one that does not
 * parse; nothing of it is told.
 */
export function createAlertSecret<Target extends object>(
  options: AlertSecretOptions<Target>,
): CachedSecret<Target> {
  const { name, fetchSecret, parse, nowMs } = options;
  let latest: { readonly text: string; readonly target: Target } | undefined;
  return createCachedSecret({
    async read() {
      const text = await fetchSecret();
      if (text === undefined) throw new AlertSecretError(`the secret for ${name} holds no value yet`);
      // The same object for the same text: whoever was refused with it need not try again.
      if (latest?.text === text) return latest.target;
      const target = parse(text);
      if (typeof target === 'string') {
        throw new AlertSecretError(`the secret for ${name} cannot be used: ${target}`);
      }
      latest = { text, target };
      return target;
    },
    nowMs,
  });
}

/** The fields of JSON that begins with a brace; none of what does not parse. */
export function jsonFields(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would show a part of the secret.
    return {};
  }
}

/** `undefined` unless it is an https:// URL, or http:// on loopback, without a user in it. */
export function parseWebhookUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, href } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  return isSafe && username === '' && password === '' ? href : undefined;
}
