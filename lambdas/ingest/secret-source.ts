import type { KeyObject } from 'node:crypto';
import {
  createCachedSecret,
  SECRET_MAX_AGE_MS,
  SECRET_REREAD_INTERVAL_MS,
} from '../runtime/cached-secret.ts';
import { parseSigningSecrets, type SecretErrorCode, SigningSecretError } from './signing-secret.ts';

/** While Secrets Manager fails, no request asks it again sooner than this. */
export const SECRET_FAILURE_PAUSE_MS = 1_000;

export interface ReadySecrets {
  readonly status: 'ready';
  readonly keys: readonly KeyObject[];
}
type KnownState =
  | ReadySecrets
  | { readonly status: 'not-configured'; readonly reason: SecretErrorCode; readonly detail: string };
export type SecretState = KnownState | { readonly status: 'unavailable'; readonly cause: unknown };

export interface SecretSource {
  /** The secrets to verify with; read again when the cached ones are too old. Never rejects. */
  current(): Promise<SecretState>;
  /**
   * After a mismatch with `tried`: the secrets as they are now, or `undefined` when the last read is too
   * recent for another. Never rejects.
   */
  reread(tried: ReadySecrets): Promise<SecretState | undefined>;
}

export interface SecretSourceDependencies {
  /** Reads the stored value; `undefined` when none is set. Must end by itself: concurrent callers share it. */
  readonly fetchSecret: () => Promise<string | undefined>;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Caches the parsed secrets. Fails closed: when they are too old and cannot be read again, nothing is verified.
 * A failed re-read after a mismatch leaves the cached ones in place until then, or a forger could end the
 * service during an outage of Secrets Manager.
 */
export function createSecretSource({ fetchSecret, nowMs }: SecretSourceDependencies): SecretSource {
  const secret = createCachedSecret<KnownState>({
    read: async () => parse(await fetchSecret()),
    nowMs,
    maxAgeMs: ({ status }) => (status === 'ready' ? SECRET_MAX_AGE_MS : SECRET_REREAD_INTERVAL_MS),
    failurePauseMs: SECRET_FAILURE_PAUSE_MS,
  });
  const unavailable = (cause: unknown): SecretState => ({ status: 'unavailable', cause });
  return {
    current: () => secret.current().catch(unavailable),
    reread: (tried) => secret.reread(tried).catch(unavailable),
  };
}

function parse(value: string | undefined): KnownState {
  try {
    return { status: 'ready', keys: parseSigningSecrets(value ?? '') };
  } catch (error) {
    if (!(error instanceof SigningSecretError)) throw error;
    return { status: 'not-configured', reason: error.code, detail: error.message };
  }
}
