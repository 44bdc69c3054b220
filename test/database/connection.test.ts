import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Bounds, Database } from '../../lambdas/database/database.ts';
import { DatabaseError } from '../../lambdas/database/database-error.ts';
import { parseDatabaseSecret } from '../../lambdas/database/database-secret.ts';
import { createPostgresDatabase } from '../../lambdas/database/postgres-database.ts';
import { openSession } from '../../lambdas/database/session.ts';
import { createSessionOpener } from '../../lambdas/database/session-opener.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { slowness } from '../support/slowness.js';
import { GATEWAY_PASSWORD, type PostgresGateway, startPostgresGateway } from './gateway.ts';

let postgres: TestPostgres;
let gateway: PostgresGateway;
let database: Database;
let secret: string;
let secretReads: number;
let table: string;

beforeAll(async () => {
  postgres = await startTestPostgres();
  table = `${postgres.applicationSchema}.notes`;
  await postgres.query(`create table ${table} (note text primary key)`);
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  gateway = await startPostgresGateway(postgres.url);
  secret = gateway.url;
  secretReads = 0;
  database = open();
  await postgres.query(`delete from ${table}`);
});
afterEach(() => gateway.close());

function open(options: { readonly beginTimeoutMs?: number } = {}): Database {
  return createPostgresDatabase({
    ...options,
    supaglueSchema: postgres.supaglueSchema,
    applicationSchema: postgres.applicationSchema,
    openSession: createSessionOpener({
      async readSecret() {
        secretReads += 1;
        return secret;
      },
      nowMs: Date.now,
    }),
    nowMs: Date.now,
  });
}

function within(milliseconds = 20_000, signal = new AbortController().signal): Bounds {
  return { signal, deadline: new Date(Date.now() + milliseconds) };
}

const insert = (note: string, bounds: Bounds = within()) =>
  database.transaction((tx) => tx.query(`insert into ${table} values ($1)`, [note]), bounds);
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
async function notes(): Promise<unknown[]> {
  const { rows } = await postgres.query(`select note from ${table} order by note`);
  return rows.map(({ note }) => note);
}

describe('a transaction', () => {
  test('commits what resolves, and connects once', async () => {
    expect(gateway.admitted).toBe(0);
    expect((await insert('a')).rowCount).toBe(1);
    const read = await database.transaction((tx) => tx.query(`select note from ${table}`), within());
    expect(read).toMatchObject({ rows: [{ note: 'a' }], rowCount: 1 });
    await insert('b');
    expect(await notes()).toEqual(['a', 'b']);
    expect([gateway.admitted, secretReads]).toEqual([1, 1]);
  });

  test('rolls back what throws, and lets the error out as it is', async () => {
    const thrown = new TypeError('mine');
    const failed = database.transaction(async (tx) => {
      await tx.query(`insert into ${table} values ('a')`);
      throw thrown;
    }, within());
    await expect(failed).rejects.toBe(thrown);
    expect(await notes()).toEqual([]);
    await insert('b');
    expect([await notes(), gateway.admitted]).toEqual([['b'], 1]);
  });

  test('a statement’s error has its state; the next transaction goes on', async () => {
    await insert('a');
    expect(await failureOf(insert('a'))).toMatchObject({ sqlState: '23505', retryable: false });
    const missing = database.transaction((tx) => tx.query('select * from nowhere'), within());
    expect(await failureOf(missing)).toMatchObject({ sqlState: '42P01', retryable: true });
    await insert('b');
    expect([await notes(), gateway.admitted]).toEqual([['a', 'b'], 1]);
  });

  test('a swallowed error is no success', async () => {
    const failed = database.transaction(async (tx) => {
      await tx.query(`insert into ${table} values ('a')`);
      await tx.query('select 1/0').catch(() => undefined);
    }, within());
    expect(await failureOf(failed)).toMatchObject({
      retryable: true,
      message: expect.stringContaining('nothing was committed'),
    });
    expect(await notes()).toEqual([]);
  });

  test('a statement after the end reaches nobody else’s transaction', async () => {
    let late: (() => Promise<unknown>) | undefined;
    await database.transaction(async (tx) => {
      late = () => tx.query(`insert into ${table} values ('late')`);
    }, within());
    expect(await failureOf(late?.() ?? Promise.resolve())).toMatchObject({ retryable: false });
    expect(await notes()).toEqual([]);
  });

  test('those of parallel records wait for each other on one connection', async () => {
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        database.transaction(async (tx) => {
          running += 1;
          most = Math.max(most, running);
          await tx.query(`insert into ${table} values ($1)`, [String(index)]);
          await tx.query('select 1');
          running -= 1;
        }, within()),
      ),
    );
    expect([most, gateway.admitted]).toEqual([1, 1]);
    expect(await notes()).toHaveLength(10);
  });
});

describe('time', () => {
  test('is the server’s limit too, in the transaction alone', async () => {
    const limits = await database.transaction(async (tx) => {
      const { rows } = await tx.query(
        `select name, setting::int as ms from pg_settings where name in
         ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')`,
      );
      return Object.fromEntries(rows.map(({ name, ms }) => [String(name), Number(ms)]));
    }, within(7_000));
    const { statement_timeout: statementMs = 0, lock_timeout: lockMs = 0 } = limits;
    expect(statementMs).toBeGreaterThan(3_000);
    expect(statementMs).toBeLessThanOrEqual(7_000);
    expect(lockMs).toBe(statementMs - 250);
    expect(limits['idle_in_transaction_session_timeout']).toBe(statementMs + 5_000);
    const { rows } = await postgres.query('show statement_timeout');
    expect(rows).toEqual([{ statement_timeout: '0' }]);
  });

  test('each later statement gets no more than what is left', async () => {
    const settings: number[] = [];
    await database.transaction(async (tx) => {
      for (const seconds of ['0', '0.7']) {
        await tx.query(`select pg_sleep(${seconds})`);
        const { rows } = await tx.query(
          "select setting::int as ms from pg_settings where name = 'statement_timeout'",
        );
        settings.push(Number(rows[0]?.['ms']));
      }
    }, within(8_000));
    const [first = 0, second = 0] = settings;
    expect(first - second).toBeGreaterThanOrEqual(600);
  });

  test('that is over begins nothing', async () => {
    const failed = await failureOf(insert('a', within(-1)));
    expect(failed).toMatchObject({ retryable: true, message: expect.stringContaining('no time was left') });
    expect(gateway.admitted).toBe(0);
  });

  test('abort ends a running query at once, with its reason; the next one connects anew', async () => {
    await insert('a');
    const stop = new AbortController();
    const reason = new Error('the time of the handler is up');
    // Longer than a busy machine needs to notice the abort, and less than the next connection waits for (5 s): the
    // embedded engine has one session, which sleeps to the end.
    const sleepSeconds = Math.min(4, Math.ceil(slowness()));
    const startedAtMs = Date.now();
    const failed = database.transaction(
      async (tx) => {
        await tx.query(`insert into ${table} values ('b')`);
        const sleeping = tx.query('select pg_sleep($1)', [sleepSeconds]);
        stop.abort(reason);
        await sleeping;
      },
      within(20_000, stop.signal),
    );
    await expect(failed).rejects.toBe(reason);
    expect(Date.now() - startedAtMs).toBeLessThan(sleepSeconds * 900);
    await insert('c');
    expect([await notes(), gateway.admitted]).toEqual([['a', 'c'], 2]);
  });

  test('abort ends the wait for another record’s transaction', async () => {
    const stop = new AbortController();
    const waited = await database.transaction(async (tx) => {
      const waiting = failureOf(insert('never', within(20_000, stop.signal)));
      stop.abort(new Error('enough'));
      const failure = await waiting;
      await tx.query(`insert into ${table} values ('a')`);
      return failure;
    }, within());
    expect(waited).toMatchObject({ message: 'enough' });
    expect(await notes()).toEqual(['a']);
  });
});

describe('a session', () => {
  async function session(signal = new AbortController().signal) {
    const address = parseDatabaseSecret(gateway.url);
    return openSession({ address, tls: false, connectTimeoutMs: 10_000, signal });
  }

  test('gives the last answer of several statements', async () => {
    const opened = await session();
    expect(await opened.query('select 1 as a; select 2 as b; select 3 as c')).toEqual({
      ...{ rows: [{ c: 3 }], rowCount: 1, command: 'SELECT' },
    });
    expect(await opened.query('begin')).toMatchObject({ rows: [], rowCount: 0, command: 'BEGIN' });
    opened.destroy();
  });

  test('knows that its connection is gone', async () => {
    const opened = await session();
    expect(opened.dead).toBe(false);
    gateway.cut();
    await expect(opened.query('select 1')).rejects.toThrow();
    expect(opened.dead).toBe(true);
  });

  test('outlasts the signal that it was opened under, and is not opened under one that has aborted', async () => {
    const stop = new AbortController();
    const opened = await session(stop.signal);
    stop.abort(new Error('the time is up'));
    expect(opened.dead).toBe(false);
    expect(await opened.query('select 1 as a')).toMatchObject({ rows: [{ a: 1 }] });
    opened.destroy();
    expect(opened.dead).toBe(true);
    await expect(session(stop.signal)).rejects.toThrow('the time is up');
    expect(gateway.admitted).toBe(1);
  });
});

describe('a connection', () => {
  test('that the server dropped between two transactions is replaced unnoticed', async () => {
    await insert('a');
    gateway.cut();
    await insert('b');
    expect([await notes(), gateway.admitted]).toEqual([['a', 'b'], 2]);
  });

  test('that fell silent is replaced', async () => {
    database = open({ beginTimeoutMs: 300 });
    await insert('a');
    gateway.silence();
    await insert('b');
    expect([await notes(), gateway.admitted]).toEqual([['a', 'b'], 2]);
  });

  test('that is lost in a transaction fails it retryably, with nothing kept', async () => {
    const failed = database.transaction(async (tx) => {
      await tx.query(`insert into ${table} values ('a')`);
      gateway.cut();
      await tx.query(`insert into ${table} values ('b')`);
    }, within());
    expect(await failureOf(failed)).toMatchObject({
      name: 'DatabaseError',
      retryable: true,
      message: expect.stringContaining('no answer from the database'),
    });
    await insert('c');
    expect(await notes()).toEqual(['c']);
  });

  test('that is refused fails retryably and tells neither password nor URL', async () => {
    await gateway.close();
    const failure = await failureOf(insert('a'));
    expect(failure).toMatchObject({ retryable: true, message: expect.stringContaining('ECONNREFUSED') });
    expect(String(failure)).not.toMatch(/postgres:|p%ss|p%25ss/);
  });

  test('to a server without TLS is not made in the open', async () => {
    secret = postgres.url.replace('?sslmode=disable', '');
    expect(await failureOf(insert('a'))).toMatchObject({
      retryable: true,
      // PGlite has no TLS; a server that was given has one that nobody vouches for.
      message: expect.stringMatching(/does not support SSL|certificate/),
    });
  });
});

describe('the secret', () => {
  test('is read again when a password read earlier is refused: a rotation', async () => {
    await insert('a');
    gateway.password = 'rotated';
    secret = gateway.url.replace(encodeURIComponent(GATEWAY_PASSWORD), 'rotated');
    gateway.cut();
    await insert('b');
    expect([await notes(), secretReads]).toEqual([['a', 'b'], 2]);
  });

  test('is read again after a failure: the database moved', async () => {
    await insert('a');
    await gateway.close();
    gateway = await startPostgresGateway(postgres.url);
    secret = gateway.url;
    expect(await failureOf(insert('b'))).toMatchObject({ retryable: true });
    await insert('b');
    expect([await notes(), secretReads]).toEqual([['a', 'b'], 2]);
  });

  test('that is wrong fails retryably with a way out, and is read anew the next time', async () => {
    gateway.password = 'another';
    const failure = await failureOf(insert('a'));
    expect(failure).toBeInstanceOf(DatabaseError);
    expect(failure).toMatchObject({ sqlState: '28P01', retryable: true });
    expect(String(failure)).toContain('store the right password in the database secret');
    expect(String(failure)).not.toMatch(/p%ss|p%25ss/);
    secret = gateway.url.replace(encodeURIComponent(GATEWAY_PASSWORD), 'another');
    await insert('b');
    expect([await notes(), secretReads]).toEqual([['b'], 2]);
  });
});
