import { randomBytes } from 'node:crypto';
import { GetItemCommand, type GetItemCommandInput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { SNAPSHOT_KEY } from '../../lambdas/contract/reconcile.ts';
import type { LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { ledgerTableOf } from '../../lambdas/ledger/ledger-table.ts';
import { firstSnapshot, type Snapshot } from '../../lambdas/reconcile/snapshot.ts';
import { SnapshotStore } from '../../lambdas/reconcile/snapshot-store.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';

/** Half a second after a full one. */
const NOW_MS = Date.UTC(2026, 10, 23) + 500;
let engines: TestEngines;
let tableName: string;
let table: LedgerTable;
let store: SnapshotStore;
const read: GetItemCommandInput[] = [];

beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());
beforeEach(async () => {
  read.length = 0;
  tableName = await engines.createLedgerTable();
  table = ledgerTableOf(engines.dynamoDb);
  store = storeOf({});
});

const storeOf = (parts: Partial<LedgerTable>) =>
  new SnapshotStore(
    {
      ...table,
      getItem(input) {
        read.push(input);
        return table.getItem(input);
      },
      ...parts,
    },
    tableName,
  );
const keysRead = () => read.map(({ Key }) => Key?.['event_id']?.S);
const itemOf = async (key: string) => {
  const Key = { event_id: { S: key } };
  return (await engines.dynamoDb.send(new GetItemCommand({ TableName: tableName, Key }))).Item;
};

/** 900 KB once they are compressed: three items. */
function large(): Snapshot {
  const snapshot = firstSnapshot(NOW_MS);
  for (let index = 0; index < 12; index++) snapshot.entities[index] = randomBytes(75_000).toString('base64');
  return snapshot;
}

test('before the first write there is an empty one', async () => {
  expect(await store.load(NOW_MS)).toStrictEqual({ snapshot: firstSnapshot(NOW_MS), revision: 0 });
});

test('a small one is one item, read as it was written last, and expires with the content keys', async () => {
  const snapshot: Snapshot = { ...firstSnapshot(NOW_MS), applicationId: 'application' };
  expect(await store.write(snapshot, 0, NOW_MS)).toBe(1);
  expect(read).toEqual([]);
  expect(await store.load(NOW_MS + 1)).toStrictEqual({ snapshot, revision: 1 });
  expect(read).toEqual([
    { TableName: tableName, Key: { event_id: { S: SNAPSHOT_KEY } }, ConsistentRead: true },
  ]);
  const item = await itemOf(SNAPSHOT_KEY);
  expect(item?.['expires_at']).toEqual({ N: String(Math.ceil(NOW_MS / 1000) + 22 * 86_400) });
  expect(await store.write(snapshot, 1, NOW_MS)).toBe(2);
  expect(await store.load(NOW_MS)).toMatchObject({ revision: 2 });
});

test('a large one lies in parts beside it, which expire with it', async () => {
  const snapshot = large();
  expect(await store.write(snapshot, 0, NOW_MS)).toBe(1);
  expect(await store.load(NOW_MS)).toStrictEqual({ snapshot, revision: 1 });
  const head = await itemOf(SNAPSHOT_KEY);
  const me = head?.['written_by']?.S;
  expect(keysRead()).toEqual([SNAPSHOT_KEY, ...[1, 2].map((part) => `${SNAPSHOT_KEY}#${me}#${part}`)]);
  const last = await itemOf(`${SNAPSHOT_KEY}#${me}#2`);
  expect(last?.['expires_at']).toEqual(head?.['expires_at']);
});

test('whoever writes second is refused, and so is a write over one that is not there', async () => {
  const snapshot = firstSnapshot(NOW_MS);
  expect(await store.write(snapshot, 5, NOW_MS)).toBeUndefined();
  await store.write(snapshot, 0, NOW_MS);
  expect(await store.write({ ...snapshot, applicationId: 'second' }, 0, NOW_MS)).toBeUndefined();
  expect(await store.load(NOW_MS)).toStrictEqual({ snapshot, revision: 1 });
});

test('a write whose answer was lost counts, of a large one too', async () => {
  const retrying = storeOf({
    async updateItem(input) {
      await table.updateItem(input);
      // The SDK's retry.
      return table.updateItem(input);
    },
  });
  const snapshot = large();
  expect(await retrying.write(snapshot, 0, NOW_MS)).toBe(1);
  expect(await retrying.load(NOW_MS)).toEqual({ snapshot, revision: 1 });
  expect(await retrying.write(snapshot, 0, NOW_MS)).toBeUndefined();
});

test('a write that failed for another reason is a failure, whatever is there', async () => {
  const failure = new Error('throttled');
  const failing = storeOf({ updateItem: () => Promise.reject(failure) });
  await expect(failing.write(firstSnapshot(NOW_MS), 0, NOW_MS)).rejects.toBe(failure);
  const afterItsEffect = storeOf({
    async updateItem(input) {
      await table.updateItem(input);
      throw failure;
    },
  });
  await expect(afterItsEffect.write(firstSnapshot(NOW_MS), 0, NOW_MS)).rejects.toBe(failure);
});
