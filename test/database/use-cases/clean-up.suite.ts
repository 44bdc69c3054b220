import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Transaction } from '../../../lambdas/database/database.ts';
import {
  isConnectionLive,
  markDeleted,
  noteCreated,
} from '../../../lambdas/database/transforms/connections.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { noteConnection } from '../../../lambdas/database/use-cases/note-connection.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import type { ConnectionDeleted } from '../../../lambdas/router/index.ts';
import { connectionCreated, connectionDeleted, entitySynced, objectSynced } from './events.ts';
import { APPLICATION, handling, logging, OTHER_APPLICATION, type World } from './world.ts';

export function cleanUpSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });
  beforeEach(() => world.reset());

  const small = { batchRows: 3 };
  const sync = (event = objectSynced()) => transformSyncedData(handling(event), world.database, small);
  const cleanUp = (event = connectionDeleted(), supaglueToo = false) =>
    createCleanUpConnection(supaglueToo)(handling(event), world.database, small);
  const count = async (table: string) => {
    const [row] = await world.rows(`select count(*)::int as rows from ${table}`);
    return row?.['rows'];
  };
  const contacts = () => count(`${world.postgres.applicationSchema}.contacts`);
  const source = (table = 'hubspot_contact') => count(`${world.postgres.supaglueSchema}.${table}`);

  describe('what else is known when a connection is marked as deleted', () => {
    const customer = { customerId: 'customer-1', providerName: 'hubspot' };
    const inTransaction = <R>(work: (tx: Transaction) => Promise<R>) =>
      world.database.transaction(work, handling({}));
    const synced = (connectionId: string) =>
      inTransaction((tx) => isConnectionLive(tx, { ...customer, connectionId }));
    const created = () => inTransaction((tx) => noteCreated(tx, { ...customer, eventId: 'msg_1' }));
    const mark = (connectionId: string) =>
      inTransaction((tx) => markDeleted(tx, { ...customer, connectionId }));

    test('nothing: it is the last, and the second time it was marked before', async () => {
      await synced('one');
      expect([await mark('one'), await mark('one'), await mark('never-synced')]).toEqual([
        'last',
        'again',
        'last',
      ]);
    });

    test('a newer one that has synced has replaced it; one that is deleted has not', async () => {
      for (const connectionId of ['one', 'two']) await synced(connectionId);
      expect([await mark('two'), await mark('one')]).toEqual(['last', 'last']);
      for (const connectionId of ['three', 'four']) await synced(connectionId);
      expect([await mark('three'), await mark('four')]).toEqual(['replaced', 'last']);
    });

    test('a newer one that was created; a deleted one that never synced may be just that', async () => {
      await synced('one');
      await created();
      expect([await mark('one'), await mark('two')]).toEqual(['created', 'last']);
    });
  });

  describe('a deleted connection', () => {
    test('loses its rows; other customers, providers and applications keep theirs', async () => {
      await world.seed({ to: 7 });
      await world.seed({ to: 5, customerId: 'customer-2' });
      await world.seed({ to: 4, applicationId: OTHER_APPLICATION });
      await world.seed({ to: 3, table: 'salesforce_contact', providerName: 'salesforce' });
      await world.seed({ to: 2, table: 'entity_lead_source' });
      await sync();
      await sync(objectSynced({ customer: 'customer-2', connection: 'connection-2' }));
      await sync(objectSynced({ provider: 'salesforce', connection: 'connection-3' }));
      await sync(entitySynced());
      expect(await contacts()).toBe(19);

      await cleanUp(connectionDeleted(), true);
      expect(await contacts()).toBe(12);
      expect(await source()).toBe(9);
      expect(await source('entity_lead_source')).toBe(0);
      expect(await source('salesforce_contact')).toBe(3);
      expect(await count(`${world.postgres.applicationSchema}.entities`)).toBe(0);
      expect(
        await world.rows(
          `select distinct application_id, customer_id, provider_name from ${world.postgres.applicationSchema}.contacts
         order by 1, 2, 3`,
        ),
      ).toEqual([
        { application_id: APPLICATION, customer_id: 'customer-1', provider_name: 'salesforce' },
        { application_id: APPLICATION, customer_id: 'customer-2', provider_name: 'hubspot' },
        { application_id: OTHER_APPLICATION, customer_id: 'customer-1', provider_name: 'hubspot' },
      ]);
    });

    test("Supaglue's tables are left alone unless asked for", async () => {
      await world.seed({ to: 7 });
      await sync();
      await cleanUp();
      expect([await contacts(), await source()]).toEqual([0, 7]);
    });

    test('what the time does not suffice for is removed by the next attempt', async () => {
      await world.seed({ to: 7 });
      await sync();
      const deadline = new Date(Date.now() + 30_000);
      const late = { ...small, nowMs: () => deadline.getTime() };
      const context = handling(connectionDeleted(), { deadline });
      const cleanUpLate = createCleanUpConnection(true)(context, world.database, late);
      await expect(cleanUpLate).rejects.toMatchObject({
        name: 'RetryAfterError',
        message: 'the removal from contacts goes on with the next attempt',
      });
      expect([await contacts(), await source()]).toEqual([4, 7]);
      await cleanUp(connectionDeleted(), true);
      expect([await contacts(), await source()]).toEqual([0, 0]);
    });

    test('a failed deletion removes nothing', async () => {
      await world.seed({ to: 7 });
      await sync();
      await cleanUp({ ...connectionDeleted(), result: 'ERROR' });
      expect(await contacts()).toBe(7);
    });

    test('its late sync writes nothing', async () => {
      await world.seed({ to: 7 });
      await cleanUp();
      // Written by the run whose event is late: it is not below what the clean-up has seen.
      await world.seed({ from: 8, to: 9, modifiedMinute: 600 });
      await sync();
      expect(await contacts()).toBe(0);
    });

    test('its rows do not come back with the next connection, whose own do', async () => {
      await world.seed({ to: 7, modifiedMinute: 0 });
      await sync();
      await cleanUp();
      await noteConnection(handling(connectionCreated()), world.database);
      await world.seed({ from: 6, to: 9, modifiedMinute: 0, emittedMinute: 10 });
      await sync(objectSynced({ connection: 'connection-2' }));
      expect(await contacts()).toBe(4);
    });

    test('is cleaned up late without what a newer one, created meanwhile, has written', async () => {
      await world.seed({ to: 7, modifiedMinute: 0 });
      await sync();
      await noteConnection(handling(connectionCreated()), world.database);
      await world.seed({ from: 6, to: 9, modifiedMinute: 0, emittedMinute: 10 });
      await cleanUp(connectionDeleted(), true);
      expect([await contacts(), await source()]).toEqual([0, 4]);
      await sync(objectSynced({ connection: 'connection-2' }));
      expect(await contacts()).toBe(4);
    });

    test('leaves its rows to a newer one that has synced over them', async () => {
      await world.seed({ to: 7 });
      await sync();
      await sync(objectSynced({ connection: 'connection-2' }));
      await cleanUp(connectionDeleted(), true);
      expect([await contacts(), await source()]).toEqual([7, 7]);
      await sync();
      await cleanUp(connectionDeleted({ connection: 'connection-2' }), true);
      expect([await contacts(), await source()]).toEqual([0, 0]);
    });

    test('that never synced is cleaned up although its creation was noted', async () => {
      await noteConnection(handling(connectionCreated()), world.database);
      await world.seed({ to: 7 });
      await cleanUp(connectionDeleted(), true);
      expect(await source()).toBe(0);
    });
  });

  describe('without an application in front of the customer', () => {
    const bare: ConnectionDeleted = { ...connectionDeleted(), stored_customer_id: 'customer-1' };

    test('the only one that knows the customer is meant', async () => {
      await world.seed({ to: 7 });
      await sync();
      await cleanUp(bare);
      expect(await contacts()).toBe(0);
    });

    test('of several none is guessed', async () => {
      await world.seed({ to: 7 });
      await world.seed({ to: 7, applicationId: OTHER_APPLICATION });
      await sync();
      await expect(cleanUp(bare)).rejects.toMatchObject({ code: 'ambiguous-application', retryable: false });
      expect(await contacts()).toBe(14);
    });

    test('a customer that nobody knows has nothing to remove', async () => {
      const { lines, logger } = logging();
      await createCleanUpConnection(true)(handling(bare, { logger }), world.database, small);
      expect([await contacts(), lines]).toEqual([0, []]);
    });
  });
}
