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
