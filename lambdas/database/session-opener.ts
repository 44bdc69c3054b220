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
/** A changed secret is used after this at the latest, when a connection is opened. */
const SECRET_MAX_AGE_MS = 5 * 60_000;

interface Secrets {
  readonly text: string;
  readonly ca: string | undefined;
  readonly readAtMs: number;
}

/**
 * Opens connections with what the secrets say. They are read again after 5 minutes, and when a login with a value
 * read earlier is refused: that is how a rotation shows.
 */
export function createSessionOpener({ readSecret, readCa, nowMs }: SessionOpenerOptions): SessionOpener {
  let known: Secrets | undefined;

  async function read(signal: AbortSignal): Promise<Secrets> {
    const readAtMs = nowMs();
    const [text, ca] = await Promise.all([readSecret(signal), readCa?.(signal)]);
    return { text, ca, readAtMs };
  }

  function stillFresh(): Secrets | undefined {
    // A wall clock can step back; then nothing counts as fresh.
    const ageMs = known === undefined ? Number.NaN : nowMs() - known.readAtMs;
    return ageMs >= 0 && ageMs < SECRET_MAX_AGE_MS ? known : undefined;
  }

  async function connect(secrets: Secrets, timeLeftMs: number, signal: AbortSignal): Promise<Session> {
    const address = parseDatabaseSecret(secrets.text);
    const tls = await tlsOptions(address, secrets.ca);
    const connectTimeoutMs = Math.min(CONNECT_TIMEOUT_MS, timeLeftMs);
    const session = await openSession({ address, tls, connectTimeoutMs, signal });
    known = secrets;
    return session;
  }

  return async (timeLeftMs, signal) => {
    const kept = stillFresh();
    // Kept again only by a connection that opens: after any failure the next attempt reads.
    known = undefined;
    const secrets = kept ?? (await read(signal));
    try {
      return await connect(secrets, timeLeftMs, signal);
    } catch (error) {
      if (kept === undefined || !isRefusedLogin(sqlStateOf(error))) throw toDatabaseError(error);
    }
    const latest = await read(signal);
    return connect(latest, timeLeftMs, signal);
  };
}
