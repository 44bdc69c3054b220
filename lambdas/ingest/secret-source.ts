import type { KeyObject } from 'node:crypto';
import { parseSigningSecrets, type SecretErrorCode, SigningSecretError } from './signing-secret.ts';

/** A revoked secret stops verifying after this long at most. */
export const SECRET_MAX_AGE_MS = 5 * 60_000;
/** A mismatch, or a value that is missing or invalid, is looked at again no sooner than this after any read. */
export const SECRET_REREAD_INTERVAL_MS = 30_000;
/** While Secrets Manager fails, no request asks it again sooner than this. */
export const SECRET_FAILURE_PAUSE_MS = 1_000;

export interface ReadySecrets {
  readonly status: 'ready';
  readonly keys: readonly KeyObject[];
}
export type SecretState =
  | ReadySecrets
  | { readonly status: 'not-configured'; readonly reason: SecretErrorCode; readonly detail: string }
  | { readonly status: 'unavailable'; readonly cause: unknown };

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
  /**
   * Wall clock, epoch milliseconds. Not a monotonic one: that stands still while Lambda freezes the sandbox,
   * and a revoked secret would live on for as long. A wall clock can step back; then nothing counts as fresh.
   */
  readonly nowMs: () => number;
}

/**
 * Caches the parsed secrets. Fails closed: when they are too old and cannot be read again, nothing is verified.
 * A failed re-read after a mismatch leaves the cached ones in place until then, or a forger could end the
 * service during an outage of Secrets Manager.
 */
export function createSecretSource({ fetchSecret, nowMs }: SecretSourceDependencies): SecretSource {
  let known: { readonly state: SecretState; readonly readAtMs: number } | undefined;
  let failure: { readonly state: SecretState; readonly readAtMs: number } | undefined;
  let lastReadAtMs: number | undefined;
  let inFlight: Promise<SecretState> | undefined;

  const isWithin = (sinceMs: number | undefined, spanMs: number) => {
    const ageMs = sinceMs === undefined ? Number.POSITIVE_INFINITY : nowMs() - sinceMs;
    return ageMs >= 0 && ageMs < spanMs;
  };

  async function fetchState(): Promise<SecretState> {
    // The age counts from before the read: the value may be revoked while the answer is on its way.
    const readAtMs = nowMs();
    lastReadAtMs = readAtMs;
    const state = await readState(fetchSecret);
    if (state.status === 'unavailable') {
      failure = { state, readAtMs };
    } else {
      known = { state, readAtMs };
      failure = undefined;
    }
    return state;
  }

  function read(): Promise<SecretState> {
    inFlight ??= fetchState().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  }

  return {
    async current() {
      if (known !== undefined) {
        const maxAgeMs = known.state.status === 'ready' ? SECRET_MAX_AGE_MS : SECRET_REREAD_INTERVAL_MS;
        if (isWithin(known.readAtMs, maxAgeMs)) {
          return known.state;
        }
      }
      if (failure !== undefined && isWithin(failure.readAtMs, SECRET_FAILURE_PAUSE_MS)) {
        return failure.state;
      }
      return read();
    },
    async reread(tried) {
      if (inFlight !== undefined) {
        return inFlight;
      }
      if (known !== undefined && known.state !== tried) {
        return known.state;
      }
      return isWithin(lastReadAtMs, SECRET_REREAD_INTERVAL_MS) ? undefined : read();
    },
  };
}

async function readState(fetchSecret: SecretSourceDependencies['fetchSecret']): Promise<SecretState> {
  let value: string | undefined;
  try {
    value = await fetchSecret();
  } catch (cause) {
    return { status: 'unavailable', cause };
  }
  try {
    return { status: 'ready', keys: parseSigningSecrets(value ?? '') };
  } catch (error) {
    if (error instanceof SigningSecretError) {
      return { status: 'not-configured', reason: error.code, detail: error.message };
    }
    return { status: 'unavailable', cause: error };
  }
}
