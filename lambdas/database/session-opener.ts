import { createCachedSecret } from '../runtime/cached-secret.ts';
import { parseDatabaseSecret } from './database-secret.ts';
import { toDatabaseError } from './describe-error.ts';
import type { ReadSecret } from './secret-reader.ts';
import { openSession, type Session } from './session.ts';
import { isRefusedLogin, sqlStateOf } from './sql-state.ts';
import { tlsOptions } from './tls-options.ts';

export interface SessionOpenerOptions {
  readonly readSecret: ReadSecret;
  /** Absent: no authority of the user's own. */
  readonly readCa?: ReadSecret | undefined;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
}

export type SessionOpener = (timeLeftMs: number, signal: AbortSignal) => Promise<Session>;

const CONNECT_TIMEOUT_MS = 5_000;

interface Secrets {
  readonly text: string;
  readonly ca: string | undefined;
}

/**
 * Opens connections with what the secrets say. They are read again after 5 minutes, and when a login with a value
 * read earlier is refused: that is how a rotation shows.
 */
export function createSessionOpener({ readSecret, readCa, nowMs }: SessionOpenerOptions): SessionOpener {
  let latest: Secrets | undefined;
  const secrets = createCachedSecret<Secrets>({
    async read() {
      const [text, ca] = await Promise.all([readSecret(), readCa?.()]);
      latest = { text, ca };
      return latest;
    },
    nowMs,
    rereadIntervalMs: 0,
  });

  async function connect({ text, ca }: Secrets, timeLeftMs: number, signal: AbortSignal): Promise<Session> {
    try {
      const address = parseDatabaseSecret(text);
      const tls = await tlsOptions(address, ca);
      const connectTimeoutMs = Math.min(CONNECT_TIMEOUT_MS, timeLeftMs);
      return await openSession({ address, tls, connectTimeoutMs, signal });
    } catch (error) {
      // Kept only by a connection that opens: after any failure the next attempt reads.
      secrets.forget();
      throw error;
    }
  }

  return async (timeLeftMs, signal) => {
    const readEarlier = latest;
    const current = await secrets.current(signal);
    try {
      return await connect(current, timeLeftMs, signal);
    } catch (error) {
      if (current !== readEarlier || !isRefusedLogin(sqlStateOf(error))) throw toDatabaseError(error);
    }
    return connect(await secrets.current(signal), timeLeftMs, signal);
  };
}
