import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { samples } from '../../lambdas/events/samples.ts';
import { openAi } from '../../lambdas/events/sources.ts';
import { Contents } from '../../lambdas/ledger/contents.ts';
import { ledgerTableOf } from '../../lambdas/ledger/ledger-table.ts';
import type { EventRoutes, Handler } from '../../lambdas/router/handler.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import { createConsumerHarness, redelivered } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { SYNC_COMPLETE } from './fixtures.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

const SYNC_KEY = 'sync.00000000-0000-4000-8000-000000000001';
const CREATED_KEY = 'created.hubspot.example-customer';
const CREATED = JSON.stringify(samples['connection.created']);
/** The shortest that the ledger's records are kept for; stated apart from the code. */
const RETENTION_SECONDS = 22 * 86_400;
/** Epoch seconds, of which the tests count. */
const NOON = Date.UTC(2026, 10, 28, 12) / 1_000;
const at = (seconds: number) => ({ 'received-at': String((NOON + seconds) * 1_000) });

/** A consumer that reconciles; `runs` are the event and attempt of each handler's run, in their order. */
async function given(routes?: (router: EventRouter, note: Handler<unknown>) => EventRoutes) {
  const runs: string[] = [];
  const note = ({ eventId, attempt }: Parameters<Handler<unknown>>[0]) => {
    runs.push(`${eventId} ${attempt}`);
  };
  const router = new EventRouter()
    .on('sync.complete', 'sync', note)
    .on('connection.created', 'created', note);
  const harness = await createConsumerHarness(engines, {
    routes: routes?.(router, note) ?? router,
    reconciles: true,
  });
  harness.clock.autoAdvance = true;
  const contents = new Contents(ledgerTableOf(engines.dynamoDb), harness.tableName);
  const tell = async (id: string, body: string, attributes: Record<string, string> = {}) => {
    await harness.send(id, body, attributes);
    const records = await harness.receive();
    return { records, returned: await harness.run(records) };
  };
  const created = { key: CREATED_KEY, happensOnce: false };
  const holderOf = (eventId: string, atMs: number) =>
    contents.holderOf({ ...created, eventId, atMs }, harness.clock.nowMs());
  return {
    ...harness,
    runs,
    contents,
    tell,
    holderOf,
    read: (id: string) => harness.dependencies.ledger.read(id),
  };
}

describe('two events that tell the same', () => {
  test('run the handlers once; the second is completed, names the first, and counts as a duplicate', async () => {
    const { tell, runs, read, counted, contents } = await given();
    expect((await tell('msg_1', SYNC_COMPLETE, at(0))).returned).toEqual([]);
    expect((await tell('reconciled_1', SYNC_COMPLETE, at(60))).returned).toEqual([]);
    expect(runs).toEqual(['msg_1 1']);
    expect(await read('msg_1')).not.toHaveProperty('same_content_as');
    expect(await read('reconciled_1')).toMatchObject({
      status: 'COMPLETED',
      same_content_as: 'msg_1',
      handlers: {},
    });
    expect(counted).toEqual([{ name: 'processed' }, { name: 'duplicate' }]);
    expect(await contents.read(SYNC_KEY)).toEqual({ eventId: 'msg_1', atMs: NOON * 1_000 });
  });

  test('a change is told again, unless the reconciled one looked after it', async () => {
    const { tell, runs, counted, contents } = await given();
    const since = (seconds: number) => ({ 'svix-timestamp': String(NOON + seconds) });
    await tell('msg_1', CREATED, at(0));
    await tell('msg_2', CREATED, at(60));
    await tell('reconciled_1', CREATED, { ...at(100), ...since(59) });
    await tell('reconciled_2', CREATED, { ...at(100), ...since(60) });
    expect(runs).toEqual(['msg_1 1', 'msg_2 1', 'reconciled_2 1']);
    const names = ['processed', 'processed', 'duplicate', 'processed', 'reconciled'];
    expect(counted.map(({ name }) => name)).toEqual(names);
    expect(await contents.read(CREATED_KEY)).toMatchObject({
      eventId: 'reconciled_2',
      atMs: (NOON + 100) * 1_000,
    });
  });

  test('two changes that come in the wrong order both run, and the later one counts', async () => {
    const { tell, runs, contents } = await given();
    await tell('msg_2', CREATED, at(60));
    await tell('msg_1', CREATED, at(0));
    expect(runs).toEqual(['msg_2 1', 'msg_1 1']);
    expect(await contents.read(CREATED_KEY)).toMatchObject({ eventId: 'msg_2', atMs: (NOON + 60) * 1_000 });
  });

  test('a reconciled one that does not say since when, as no comparison sends it, makes up for nothing told', async () => {
    const { tell, runs } = await given();
    await tell('msg_1', CREATED, at(0));
    await tell('reconciled_1', CREATED, at(100));
    await tell('reconciled_2', SYNC_COMPLETE, at(100));
    expect(runs).toEqual(['msg_1 1', 'reconciled_2 1']);
  });

  test('of another sender are two; so are those that no listing tells', async () => {
    const { tell, runs, read, contents } = await given((router, note) => {
      router.from('openai', openAi).onAny('any', note);
      return router;
    });
    const failed = JSON.stringify({ ...samples['connection.created'], result: 'ERROR' });
    for (const id of ['msg_1', 'msg_2']) await tell(id, failed);
    for (const id of ['openai:msg_1', 'openai:msg_2']) {
      await tell(id, SYNC_COMPLETE, { 'event-type': 'openai:sync.complete' });
    }
    expect(runs).toEqual(['msg_1 1', 'msg_2 1', 'openai:msg_1 1', 'openai:msg_2 1']);
    expect(await read('openai:msg_2')).toMatchObject({ status: 'COMPLETED' });
    expect(await contents.read(SYNC_KEY)).toBeUndefined();
  });
});

test('the one that counts is tried again after a failure, and what it claimed stays for 22 days', async () => {
  let failures = 1;
  const runs: number[] = [];
  const { clock, tell, run, read, tableName } = await given(() =>
    new EventRouter().on('sync.complete', 'fails-once', ({ attempt }) => {
      runs.push(attempt);
      if (failures-- > 0) throw new Error('not yet');
    }),
  );
  const beforeSeconds = Math.floor(clock.nowMs() / 1_000);
  const { records, returned } = await tell('msg_1', SYNC_COMPLETE);
  expect(returned).toHaveLength(1);
  clock.advance(3_600_000);
  expect(await run(records.map((record) => redelivered(record)))).toEqual([]);
  expect(runs).toEqual([1, 2]);
  expect(await read('msg_1')).toMatchObject({
    status: 'COMPLETED',
    handlers: { 'fails-once': expect.any(Number) },
  });
  const Key = { event_id: { S: SYNC_KEY } };
  const { Item } = await engines.dynamoDb.send(new GetItemCommand({ TableName: tableName, Key }));
  const keptSeconds = Number(Item?.['expires_at']?.N) - beforeSeconds;
  expect(keptSeconds).toBeGreaterThanOrEqual(RETENTION_SECONDS);
  expect(keptSeconds).toBeLessThanOrEqual(RETENTION_SECONDS + 60);
});

describe('the real event of a change that was reconciled', () => {
  const reconciled = () => ({ ...at(100), 'svix-timestamp': String(NOON) });

  test('runs nothing when it comes late; the next change runs', async () => {
    const { tell, runs, read, contents } = await given();
    await tell('reconciled_1', CREATED, reconciled());
    await tell('msg_1', CREATED, at(200));
    expect(await read('msg_1')).toMatchObject({ same_content_as: 'reconciled_1' });
    expect(await contents.read(CREATED_KEY)).toMatchObject({ eventId: 'reconciled_1', late: 'msg_1' });
    await tell('msg_2', CREATED, at(300));
    await tell('msg_3', CREATED, at(400));
    expect(runs).toEqual(['reconciled_1 1', 'msg_2 1', 'msg_3 1']);
    expect(await contents.read(CREATED_KEY)).toEqual({ eventId: 'msg_3', atMs: (NOON + 400) * 1_000 });
  });

  test('is waited for 36 hours, to the last millisecond', async () => {
    for (const [lateMs, expected] of [
      [0, 'reconciled_1'],
      [1, undefined],
    ] as const) {
      const { clock, contents, tell, holderOf } = await given();
      const before = clock.nowMs();
      await tell('reconciled_1', CREATED, reconciled());
      const { owedUntilMs = 0 } = (await contents.read(CREATED_KEY)) ?? {};
      expect(owedUntilMs - before).toBeGreaterThanOrEqual(36 * 3_600_000);
      expect(owedUntilMs - clock.nowMs()).toBeLessThanOrEqual(36 * 3_600_000);
      expect(await holderOf('msg_1', owedUntilMs + lateMs)).toBe(expected);
      // As often as it is delivered.
      expect(await holderOf('msg_1', owedUntilMs + lateMs)).toBe(expected);
    }
  });

  test('comes back when another one is written meanwhile, or the record is gone', async () => {
    const { tell, run, runs, holderOf, breakTable, counted, lines, clock } = await given();
    await tell('reconciled_1', CREATED, reconciled());
    let meanwhile: 'another' | 'gone' | 'nothing' = 'another';
    breakTable((table) => ({
      ...table,
      async getItem(input) {
        const answer = await table.getItem(input);
        if (input.Key?.['event_id']?.S !== CREATED_KEY) return answer;
        if (meanwhile === 'another') await holderOf('msg_0', clock.nowMs());
        return meanwhile === 'gone' ? { $metadata: {} } : answer;
      },
    }));
    const { records, returned } = await tell('msg_1', CREATED, at(200));
    expect(returned).toHaveLength(1);
    for (const next of ['gone', 'nothing'] as const) {
      meanwhile = next;
      const again = await run(records.map((record) => redelivered(record)));
      expect(again).toHaveLength(next === 'gone' ? 1 : 0);
    }
    expect(runs).toEqual(['reconciled_1 1', 'msg_1 1']);
    expect(counted.filter(({ name }) => name === 'deferred')).toHaveLength(2);
    expect(lines.filter(({ message }) => message === 'content key not written')).toMatchObject([
      { keys: { cause: expect.stringContaining(`two events tell of ${CREATED_KEY} at once`) } },
      { keys: { cause: expect.stringContaining(`the record of ${CREATED_KEY} is gone`) } },
    ]);
  });
});

test('one without handlers counts as told', async () => {
  const { tell, contents } = await given(() => new EventRouter());
  expect((await tell('msg_1', SYNC_COMPLETE, at(0))).returned).toEqual([]);
  expect(await contents.read(SYNC_KEY)).toMatchObject({ eventId: 'msg_1' });
});

test('a table that does not answer about it costs no attempt: nothing ran, the message comes back', async () => {
  const { tell, run, runs, read, counted, breakTable, lines } = await given();
  let broken = true;
  breakTable((table) => ({
    ...table,
    updateItem: async (input) => {
      if (broken && input.Key?.['event_id']?.S === SYNC_KEY)
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      return table.updateItem(input);
    },
  }));
  const { records, returned } = await tell('msg_1', SYNC_COMPLETE);
  expect(returned).toHaveLength(1);
  expect(runs).toEqual([]);
  expect(await read('msg_1')).toMatchObject({ status: 'FAILED', attempts: 0, failures: [] });
  expect(counted).toEqual([{ name: 'deferred' }]);
  expect(lines).toContainEqual({
    level: 'warn',
    message: 'content key not written',
    keys: { event_id: 'msg_1', cause: expect.stringContaining('socket hang up') },
  });
  broken = false;
  expect(await run(records.map((record) => redelivered(record)))).toEqual([]);
  expect(runs).toEqual(['msg_1 1']);
});

test('a schema of the user’s that throws is a failed attempt, here too; what it refuses counts for nothing told', async () => {
  let isThrowing = true;
  const { clock, tell, run, runs, read, contents, deadLetters } = await given((router) => ({
    handlersFor: (type) => router.handlersFor(type),
    validate(type, payload) {
      if (isThrowing) throw new Error('the schema broke');
      return type === 'connection.created'
        ? { ok: false, issues: ['never'] }
        : router.validate(type, payload);
    },
  }));
  const { records, returned } = await tell('msg_1', SYNC_COMPLETE, at(0));
  expect(returned).toHaveLength(1);
  expect(await read('msg_1')).toMatchObject({
    status: 'FAILED',
    attempts: 1,
    failures: [expect.objectContaining({ message: 'the schema broke' })],
  });
  expect(await contents.read(SYNC_KEY)).toBeUndefined();
  isThrowing = false;
  clock.advance(3_600_000);
  expect(await run(records.map((record) => redelivered(record)))).toEqual([]);
  expect(runs).toEqual(['msg_1 2']);
  await tell('msg_2', CREATED);
  expect(await deadLetters()).toMatchObject([{ failure: { reason: 'invalid-payload' } }]);
  expect(await contents.read(CREATED_KEY)).toBeUndefined();
});
