import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  MAX_CALLS,
  type ReconcileReport,
  type ReconcileRequest,
  SNAPSHOT_KEY,
} from '../../lambdas/contract/reconcile.ts';
import { createSupaglueApi } from '../../lambdas/database/supaglue/api.ts';
import { Contents } from '../../lambdas/ledger/contents.ts';
import type { LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { ledgerTableOf } from '../../lambdas/ledger/ledger-table.ts';
import { runReconcile } from '../../lambdas/reconcile/run.ts';
import type { Gap } from '../../lambdas/reconcile/snapshot.ts';
import { SnapshotStore } from '../../lambdas/reconcile/snapshot-store.ts';
import { type Fault, LOCAL_API_KEY, startLocalSupaglue } from '../../local/supaglue/server.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';

const MINUTE = 60_000;
let engines: TestEngines;
let supaglue: Awaited<ReturnType<typeof startLocalSupaglue>>;
let table: LedgerTable;
let tableName: string;
let fault: (path: string, count: number) => Fault | undefined = () => undefined;
let nowMs = Date.UTC(2026, 10, 23);
const sent: Gap[] = [];
const slept: number[] = [];

beforeAll(async () => {
  engines = await startEngines();
  tableName = await engines.createLedgerTable();
  table = ledgerTableOf(engines.dynamoDb);
});
afterAll(() => engines.stopAll());
beforeEach(() => fresh());

async function fresh(): Promise<void> {
  await supaglue?.stop();
  supaglue = await startLocalSupaglue({ nowMs: () => nowMs, fault: (path, count) => fault(path, count) });
  await engines.dynamoDb.send(
    new DeleteItemCommand({ TableName: tableName, Key: { event_id: { S: SNAPSHOT_KEY } } }),
  );
  fault = () => undefined;
  sent.length = 0;
  slept.length = 0;
}
afterAll(() => supaglue.stop());

interface Parts {
  readonly graceMs?: number;
  readonly table?: LedgerTable;
  readonly maximumCalls?: number;
  enqueue?(gap: Gap): Promise<void>;
}

async function run(request: ReconcileRequest = {}, parts: Parts = {}) {
  nowMs += MINUTE;
  return runReconcile(request, {
    api: createSupaglueApi({ readApiKey: async () => LOCAL_API_KEY, url: supaglue.url }),
    settings: { graceMs: parts.graceMs ?? 0, goneShare: 0.2 },
    maximumCalls: parts.maximumCalls ?? MAX_CALLS,
    untilMs: nowMs + 5 * MINUTE,
    snapshots: new SnapshotStore(parts.table ?? table, tableName),
    contents: new Contents(table, tableName),
    nowMs: () => nowMs,
    sleep: async (ms) => void slept.push(ms),
    enqueue: parts.enqueue ?? (async (gap) => void sent.push(gap)),
  });
}
const connect = (customer: string) => supaglue.data.change({ change: 'connect', customer }) ?? '';
const disconnect = (connection: string) => supaglue.data.change({ change: 'disconnect', connection });
const typesSent = () => [...new Map(sent.map((gap) => [gap.id, gap.type])).values()].sort();

test('what an event may still tell is left to it for the grace', async () => {
  await fresh();
  const parts = { graceMs: 30 * MINUTE };
  await run({}, parts);
  const connection = connect('fourth');
  await run({}, parts);
  disconnect(connection);
  connect('fifth');
  for (const sinceMs of [MINUTE, 28 * MINUTE]) {
    nowMs += sinceMs;
    await run({}, parts);
    expect(typesSent()).toEqual([]);
  }
  nowMs += 2 * MINUTE;
  await run({}, parts);
  await run({}, parts);
  expect(typesSent()).toEqual(['connection.created', 'connection.deleted']);
});

test('what an event has told is no gap, and a report counts what is known', async () => {
  await run();
  nowMs += MINUTE;
  const connection = supaglue.data.connections[0]?.id ?? '';
  const [told, lost] = ['contact', 'company'].map(
    (object) => supaglue.data.change({ change: 'run', connection, object }) ?? '',
  );
  await new Contents(table, tableName).holderOf(
    { key: `sync.${told}`, happensOnce: true, eventId: 'msg_1', atMs: nowMs },
    nowMs,
  );
  const report = await run();
  expect(report.gaps.map(({ key }) => key)).toEqual([`sync.${lost}`]);
  expect(report).toMatchObject({ customers: { known: 2, listed: 2, unreadable: 0 }, stopped: [] });
  expect(sent.map(({ key }) => key)).toEqual([`sync.${lost}`]);
});

describe('a fault at each request of a run', () => {
  const FAULTS: readonly Fault[] = [
    { status: 401 },
    { status: 404 },
    { status: 500 },
    { status: 429, headers: { 'retry-after': '3' } },
    'cut',
    'repeat',
    'skip',
  ];

  test.each(FAULTS.map((each) => [typeof each === 'string' ? each : each.status, each] as const))(
    '%s: nothing that is there is deleted, what is gone is found by the next two runs',
    async (_, kind) => {
      for (let at = 1; at <= 11; at++) {
        await fresh();
        const [gone = ''] = ['third'].map(connect);
        await run();
        let count = 0;
        fault = () => (++count === at ? kind : undefined);
        await run();
        count = 0;
        await run();
        expect(typesSent()).toEqual([]);
        disconnect(gone);
        supaglue.data.change({ change: 'run', connection: supaglue.data.connections[0]?.id ?? '' });
        nowMs += 1;
        count = 0;
        await run();
        fault = () => undefined;
        await run();
        await run();
        expect([at, typesSent()]).toEqual([at, ['connection.deleted', 'sync.complete']]);
        expect(sent.find(({ kind: each }) => each === 'connection-gone')?.key).toBe(`connection.${gone}`);
      }
    },
  );
});

test('a listing of everything as gone stops, and somebody says that they may go', async () => {
  for (const customer of ['third', 'fourth', 'fifth']) connect(customer);
  await run();
  const before = [...supaglue.data.connections];
  for (const { id } of before) disconnect(id);
  expect(await run()).toMatchObject({
    gaps: [],
    stopped: ['too-many-gone'],
    connections: { known: 5, missing: 5 },
  });
  expect(await run()).toMatchObject({ gaps: [], stopped: ['too-many-gone'] });
  expect((await run({ allowGone: 5 })).gaps).toHaveLength(5);
  // Two of two may go: it is no outage.
  const [one, two] = [connect('eighth'), connect('ninth')];
  await run();
  disconnect(one);
  disconnect(two);
  await run();
  expect((await run()).gaps.map(({ kind }) => kind)).toEqual(['connection-gone', 'connection-gone']);
});

test('calls end at their bound, and the next run goes on with who was not listed', async () => {
  for (let index = 0; index < 30; index++) connect(`customer-${index}`);
  const reports: ReconcileReport[] = [];
  do reports.push(await run({}, { maximumCalls: 32 }));
  while (reports.length < 10 && reports.reduce((sum, each) => sum + each.customers.listed, 0) < 32);
  expect(reports.every(({ stopped, calls }) => calls <= 32 && stopped.join() === 'calls-used-up')).toBe(true);
  expect(reports.length).toBeLessThan(10);
  const gone = supaglue.data.connections.find(({ customer }) => customer === 'customer-7')?.id ?? '';
  disconnect(gone);
  for (let turn = 0; turn < 10 && sent.length === 0; turn++) await run({}, { maximumCalls: 32 });
  expect(typesSent()).toEqual(['connection.deleted']);
});

test('a rate limit is waited out; one that outlasts the run leaves the rest to the next', async () => {
  await run();
  let count = 0;
  fault = () => (++count === 2 ? { status: 429, headers: { 'retry-after': '7' } } : undefined);
  expect((await run()).stopped).toEqual([]);
  expect(slept).toEqual([7_000]);
  fault = () => ({ status: 429, headers: { 'retry-after': '4000' } });
  expect((await run()).stopped).toEqual(['rate-limited']);
});

test('another application’s key changes nothing', async () => {
  await run();
  const { answer } = supaglue.data;
  supaglue.data.answer = (path, ...others) =>
    path === '/customers'
      ? { status: 200, body: [{ application_id: 'another', customer_id: 'x' }] }
      : answer.call(supaglue.data, path, ...others);
  expect(await run()).toMatchObject({ gaps: [], stopped: ['another-application'] });
  expect((await run({ dryRun: true })).connections).toEqual({ known: 2, missing: 0 });
});

test('of two runs at once one decides; what it could not send, the next sends under the same id', async () => {
  await run();
  nowMs += MINUTE;
  supaglue.data.change({ change: 'run', connection: supaglue.data.connections[0]?.id ?? '' });
  const refuses = async () => {
    throw new Error('the queue is away');
  };
  const both = await Promise.allSettled([run({}, { enqueue: refuses }), run({}, { enqueue: refuses })]);
  const ended = both.map((each) => (each.status === 'fulfilled' ? each.value : 'threw'));
  expect(ended).toContain('threw');
  expect(ended).toContainEqual(expect.objectContaining({ stopped: ['another-run'], gaps: [] }));
  await run();
  expect(sent).toHaveLength(1);
  expect((await run()).gaps).toEqual([]);
  expect(sent).toHaveLength(1);
});

test('the snapshot is written again when what it holds to be sent was sent, and else not', async () => {
  await run();
  let writes = 0;
  const updateItem: LedgerTable['updateItem'] = (input) => {
    writes += 1;
    return table.updateItem(input);
  };
  const counting = { table: { ...table, updateItem } };
  await run({}, counting);
  expect(writes).toBe(1);
  connect('told');
  await run({}, counting);
  expect([sent.length, writes]).toEqual([1, 3]);
});

test('a dry run writes nothing, not even the first snapshot', async () => {
  const before = { ...table };
  await run(
    { dryRun: true },
    { table: { ...before, updateItem: () => Promise.reject(new Error('written')) } },
  );
});
