import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import type { Rows } from './database.ts';
import type { DatabaseAddress } from './database-secret.ts';

export interface SessionOptions {
  readonly address: DatabaseAddress;
  readonly tls: ConnectionOptions | false;
  readonly connectTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Answer extends Rows {
  /** What was done, as the server says: `COMMIT`, `ROLLBACK`, `INSERT`. */
  readonly command: string;
}

/** One connection to the server. */
export interface Session {
  /** The connection is gone, or was destroyed. */
  readonly dead: boolean;
  /** Of several statements in one text, the last one's answer. @throws what `pg` throws */
  query(text: string, values?: readonly unknown[]): Promise<Answer>;
  /** Closes the socket at once: the server rolls an open transaction back, a running query fails here. */
  destroy(): void;
}

/** Shown in `pg_stat_activity`. */
const APPLICATION_NAME = 'supaglue-webhooks';

/** @throws what `pg` throws when the server is not reached or refuses; the reason of `signal` when that aborts */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { address, tls, connectTimeoutMs, signal } = options;
  signal.throwIfAborted();
  // Our own, to destroy it: `pg` has no such call, and its `end` waits for a running query.
  const socket = new Socket();
  let dead = false;
  const client = new pg.Client({
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    ssl: tls,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: APPLICATION_NAME,
    keepAlive: true,
    stream: () => socket,
  });
  // Without a listener the end of an idle connection would end the process.
  client.on('error', () => {
    dead = true;
  });
  const destroy = () => {
    dead = true;
    socket.destroy();
  };
  signal.addEventListener('abort', destroy);
  try {
    await client.connect();
  } catch (error) {
    destroy();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', destroy);
  }
  return {
    get dead() {
      return dead;
    },
    async query(text, values) {
      const result = await client.query<Record<string, unknown>>(
        text,
        values === undefined ? undefined : [...values],
      );
      return toAnswer(result);
    },
    destroy,
  };
}

function toAnswer(result: pg.QueryResult<Record<string, unknown>>): Answer {
  const { rows, rowCount, command }: typeof result = Array.isArray(result) ? result.at(-1) : result;
  return { rows, rowCount: rowCount ?? 0, command };
}
