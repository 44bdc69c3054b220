import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../lambdas/database/database.ts';
import { createPostgresDatabase } from '../../lambdas/database/postgres-database.ts';
import type { Session } from '../../lambdas/database/session.ts';

/** A session that notes what befalls it. */
interface NotedSession extends Session {
  readonly queries: string[];
  isDestroyed: boolean;
  /** Called with each query; what it throws, the query throws. */
  onQuery: (text: string) => void;
}

let sessions: NotedSession[];
let onOpen: () => void;
let nowMs: number;
let database: Database;

beforeEach(() => {
  sessions = [];
  onOpen = () => {};
  nowMs = 0;
  database = createPostgresDatabase({
    ...{ supaglueSchema: 'supaglue', applicationSchema: 'app', nowMs: () => nowMs },
    async openSession() {
      const session: NotedSession = {
        queries: [],
        isDestroyed: false,
        onQuery: () => {},
        get dead() {
          return this.isDestroyed;
        },
        async query(text) {
          this.queries.push(text);
          this.onQuery(text);
          return { rows: [], rowCount: 0, command: text };
        },
        destroy() {
          this.isDestroyed = true;
        },
      };
      sessions.push(session);
      onOpen();
      return session;
    },
  });
});

const insert = (signal = new AbortController().signal, leftMs = 1_000) =>
  database.transaction((tx) => tx.query('INSERT'), { signal, deadline: new Date(nowMs + leftMs) });
const verbs = (session: NotedSession | undefined) => session?.queries.map((text) => text.split(/[ ;]/)[0]);

test('a session is kept for the next transaction', async () => {
  await insert();
  await insert();
  expect(sessions.map(verbs)).toEqual([['BEGIN', 'INSERT', 'COMMIT', 'BEGIN', 'INSERT', 'COMMIT']]);
});

test.each([
  [1, ['BEGIN', 'INSERT', 'COMMIT']],
  [0, undefined],
])('with %i ms left', async (leftMs, queries) => {
  const outcome = insert(undefined, leftMs).then(
    () => verbs(sessions[0]),
    (error: { message: string; retryable: boolean }) => [error.message, error.retryable],
  );
  expect(await outcome).toEqual(queries ?? ['no time was left for the database', true]);
});

test('one that died between is not begun in, one that cannot begin is destroyed', async () => {
  await insert();
  sessions[0]?.destroy();
  await insert();
  expect(verbs(sessions[0])).toEqual(['BEGIN', 'INSERT', 'COMMIT']);
  const [, second] = sessions as [NotedSession, NotedSession];
  second.onQuery = () => {
    throw new Error('gone');
  };
  await insert();
  expect([second.isDestroyed, sessions.length]).toEqual([true, 3]);
});

describe('who stops waiting', () => {
  test('while a kept session begins gets its reason, and no other session is opened', async () => {
    await insert();
    const stop = new AbortController();
    (sessions[0] as NotedSession).onQuery = () => {
      stop.abort(new Error('the time is up'));
      throw new Error('Connection terminated');
    };
    await expect(insert(stop.signal)).rejects.toThrow('the time is up');
    expect(sessions).toHaveLength(1);
  });

  test('while a session opens has it destroyed', async () => {
    const stop = new AbortController();
    onOpen = () => stop.abort(new Error('the time is up'));
    await insert(stop.signal).catch(() => undefined);
    expect(sessions[0]?.isDestroyed).toBe(true);
  });

  test('after the transaction leaves the session to the next', async () => {
    const stop = new AbortController();
    await insert(stop.signal);
    stop.abort();
    expect(sessions[0]?.isDestroyed).toBe(false);
  });

  test('in it, with an error of the handler’s own, gets that', async () => {
    const stop = new AbortController();
    const own = new Error('of the handler');
    const work = async () => {
      stop.abort(new Error('the time is up'));
      throw own;
    };
    const bounds = { signal: stop.signal, deadline: new Date(1_000) };
    await expect(database.transaction(work, bounds)).rejects.toBe(own);
  });
});

describe('a transaction', () => {
  const bounds = () => ({ signal: new AbortController().signal, deadline: new Date(10_000) });
  const failOn = (verb: string, error: Error) => {
    onOpen = () => {
      (sessions.at(-1) as NotedSession).onQuery = (text) => {
        if (text.startsWith(verb)) throw error;
      };
    };
  };

  test('sets the server’s limits again when they are half a second too long, and not sooner', async () => {
    await database.transaction(async (tx) => {
      for (const atMs of [0, 500, 501, 1_001, 1_002]) {
        nowMs = atMs;
        await tx.query(`AT_${atMs} `);
      }
    }, bounds());
    expect(verbs(sessions[0])).toEqual('BEGIN AT_0 AT_500 SET AT_501 AT_1001 SET AT_1002 COMMIT'.split(' '));
    expect(sessions[0]?.queries.filter((text) => text.startsWith('SET'))).toEqual([
      expect.stringContaining('statement_timeout = 9499'),
      expect.stringContaining('statement_timeout = 8998'),
    ]);
  });

  test('that failed takes no other statement', async () => {
    const late: { query?: () => Promise<unknown> } = {};
    const failed = database.transaction(async (tx) => {
      late.query = () => tx.query('LATE');
      throw new Error('of the handler');
    }, bounds());
    await expect(failed).rejects.toThrow('of the handler');
    await expect(late.query?.()).rejects.toMatchObject({
      ...{ message: 'the transaction has ended already', retryable: false },
    });
    expect(verbs(sessions[0])).toEqual(['BEGIN', 'ROLLBACK']);
  });

  test('that cannot be rolled back destroys its session, and its own error comes out', async () => {
    failOn('ROLLBACK', new Error('gone'));
    const failed = database.transaction(() => Promise.reject(new Error('of the handler')), bounds());
    await expect(failed).rejects.toThrow('of the handler');
    expect(sessions[0]?.isDestroyed).toBe(true);
  });

  test('whose server shuts down is not rolled back: its session is over', async () => {
    failOn('INSERT', Object.assign(new Error('terminating connection'), { code: '57P01' }));
    await expect(insert()).rejects.toMatchObject({ sqlState: '57P01' });
    expect([verbs(sessions[0]), sessions[0]?.isDestroyed]).toEqual([['BEGIN', 'INSERT'], true]);
  });

  test('with a statement that was refused is rolled back, and its session kept', async () => {
    failOn('INSERT', Object.assign(new Error('no such table'), { code: '42P01' }));
    await expect(insert()).rejects.toMatchObject({ sqlState: '42P01' });
    expect([verbs(sessions[0]), sessions[0]?.isDestroyed]).toEqual([['BEGIN', 'INSERT', 'ROLLBACK'], false]);
  });
});
