import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Rows } from '../../lambdas/database/database.ts';
import type { Session } from '../../lambdas/database/session.ts';
import { createSessionOpener, type SessionOpener } from '../../lambdas/database/session-opener.ts';
import { startPostgresEngine } from '../../local/engines/postgres.ts';

/** A database for one test file: PGlite over its socket, or the server that DATABASE_URL names. */
export interface TestPostgres {
  readonly url: string;
  /** A fresh schema, as Supaglue's destination would be; dropped at the end. */
  readonly supaglueSchema: string;
  /** A fresh schema for the application; dropped at the end. */
  readonly applicationSchema: string;
  /** As the handlers' database opens its connection; closed at the end. */
  readonly openSession: SessionOpener;
  /** In a transaction of its own, on a connection of the test's. */
  query(text: string, values?: readonly unknown[]): Promise<Rows>;
  stop(): Promise<void>;
}

/** @param given - URL of a server. @default that of DATABASE_URL; without one PGlite is started, and stopped at the end */
export async function startTestPostgres(given = process.env['DATABASE_URL']): Promise<TestPostgres> {
  const engine = given === undefined ? await startPostgresEngine() : undefined;
  const url = engine?.url ?? given ?? '';
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const suffix = randomBytes(6).toString('hex');
  const schemas = [`supaglue_${suffix}`, `app_${suffix}`] as const;
  for (const schema of schemas) await client.query(`create schema ${schema}`);

  // One after the other: all statements share one connection, and a transaction is around each.
  let before: Promise<unknown> = Promise.resolve();
  async function run(text: string, values: readonly unknown[]): Promise<Rows> {
    await client.query('begin');
    try {
      const result = await client.query<Record<string, unknown>>(text, [...values]);
      await client.query('commit');
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  }
  const open = createSessionOpener({ readSecret: async () => url, nowMs: Date.now });
  const sessions: Session[] = [];
  return {
    url,
    async openSession(timeLeftMs, signal) {
      const session = await open(timeLeftMs, signal);
      sessions.push(session);
      return session;
    },
    supaglueSchema: schemas[0],
    applicationSchema: schemas[1],
    query(text, values = []) {
      const result = before.then(() => run(text, values));
      before = result.catch(() => undefined);
      return result;
    },
    async stop() {
      await before;
      for (const session of sessions) session.destroy();
      for (const schema of schemas) await client.query(`drop schema if exists ${schema} cascade`);
      await client.end();
      await engine?.stop();
    },
  };
}
