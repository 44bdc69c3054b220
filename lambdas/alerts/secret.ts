import { readSecretText } from '../runtime/secret-text.ts';

/** A revoked value is used for this long at most. */
export const ALERT_SECRET_MAX_AGE_MS = 5 * 60_000;
/** After a refusal the secret is looked at again no sooner than this after any read. */
export const ALERT_SECRET_REREAD_INTERVAL_MS = 30_000;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The secret of a channel holds nothing that could be used. Storing the right value mends it. */
export class AlertSecretError extends Error {
  override readonly name = 'AlertSecretError';
  readonly code = 'alert-secret';
  readonly retryable = true;
}

/** The stored text without the white space around it; `undefined` while there is none. */
export type FetchSecret = () => Promise<string | undefined>;

export interface AlertSecret<Target> {
  /** @throws {AlertSecretError} when there is no value, or one that does not parse; nothing of it is told. */
  current(): Promise<Target>;
  /** After a refusal of `tried`: what is stored now, or `undefined` when that is the same or was just read. */
  replacement(tried: Target): Promise<Target | undefined>;
}

export interface AlertSecretOptions<Target> {
  /** Of the service, for errors. */
  readonly name: string;
  readonly fetchSecret: FetchSecret;
  /** The target, or what the secret takes. */
  readonly parse: (text: string) => Target | string;
  /** Wall clock, epoch milliseconds: a monotonic one stands still while Lambda freezes the sandbox. */
  readonly nowMs: () => number;
}

/** Caches a parsed secret. */
export function createAlertSecret<Target extends object>(
  options: AlertSecretOptions<Target>,
): AlertSecret<Target> {
  const { name, fetchSecret, parse, nowMs } = options;
  let known: { readonly text: string; readonly target: Target } | undefined;
  let readAtMs: number | undefined;
  let inFlight: Promise<Target> | undefined;

  const isWithin = (spanMs: number) => {
    // A wall clock can step back; then nothing counts as fresh.
    const ageMs = readAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs() - readAtMs;
    return ageMs >= 0 && ageMs < spanMs;
  };

  async function fetchTarget(): Promise<Target> {
    const startedAtMs = nowMs();
    const text = await fetchSecret();
    readAtMs = startedAtMs;
    if (text !== undefined && text === known?.text) return known.target;
    known = undefined;
    if (text === undefined) throw new AlertSecretError(`the secret for ${name} holds no value yet`);
    const target = parse(text);
    if (typeof target === 'string') {
      throw new AlertSecretError(`the secret for ${name} cannot be used: ${target}`);
    }
    known = { text, target };
    return target;
  }

  function read(): Promise<Target> {
    inFlight ??= fetchTarget().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  }

  return {
    async current() {
      return known !== undefined && isWithin(ALERT_SECRET_MAX_AGE_MS) ? known.target : read();
    },
    async replacement(tried) {
      if (known?.target === tried && isWithin(ALERT_SECRET_REREAD_INTERVAL_MS)) return undefined;
      const target = await read();
      return target === tried ? undefined : target;
    },
  };
}

/** Reads from Secrets Manager. */
export function createSecretFetcher(secretId: string): FetchSecret {
  return async () => {
    try {
      const text = (await readSecretText(secretId))?.trim();
      return text === '' ? undefined : text;
    } catch (error) {
      // A secret without a value is answered so.
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
}

export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // The parser's message would show a part of the secret.
    return undefined;
  }
}

/** `undefined` unless it is an https:// URL, or http:// on loopback, without a user in it. */
export function parseWebhookUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, href } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  return isSafe && username === '' && password === '' ? href : undefined;
}
