import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { noteEntity, tableOfNotedEntity } from '../../../lambdas/database/transforms/entities.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { noteConnection } from '../../../lambdas/database/use-cases/note-connection.ts';
import { prepared } from '../../../lambdas/database/use-cases/open-database.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { withDatabase } from '../../../lambdas/database/use-cases/with-database.ts';
import type { EntityMappingCreated, EntityMappingDeleted } from '../../../lambdas/router/index.ts';
import {
  connectionCreated,
  connectionDeleted,
  entityCreated,
  entityDeleted,
  entitySynced,
  objectSynced,
} from './events.ts';
import { bounds, handling, type World } from './world.ts';

/** Where a mistake by one, or of one word, would change a customer's rows without an error. */
export function edgesSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });
  beforeEach(() => world.reset());

  const small = { batchRows: 3 };
  const sync = (event = objectSynced(), overrides = {}) =>
    transformSyncedData(handling(event, overrides), world.database, small);
  const rebuild = (event: EntityMappingCreated | EntityMappingDeleted, overrides = {}) =>
    rebuildEntity(handling(event, overrides), world.database, small);
  const idsIn = async (table: string) =>
    (await world.rows(`select id from ${world.postgres.applicationSchema}.${table} order by id`)).map(
      ({ id }) => id,
    );

  test('the last row of a deleted connection does not come back either; the first after it does', async () => {
    await world.seed({ to: 7, modifiedMinute: 0 });
    await sync();
    await createCleanUpConnection(false)(handling(connectionDeleted()), world.database, small);
    await noteConnection(handling(connectionCreated()), world.database);
    // A millisecond after row 7, which is the last that the deleted connection wrote.
    await world.seed({ from: 8, to: 8, modifiedMinute: 0 });
    await sync(objectSynced({ connection: 'connection-2' }), { eventId: 'msg_2' });
    expect(await idsIn('contacts')).toEqual(['row-8']);
  });

  test.each([
    ['a change tells of', 700],
    ['no time tells of', 0],
  ])(
    'a deletion that %s removes the rows of its own source, not another one’s of that id',
    async (_, minute) => {
      await world.seed({ table: 'entity_lead_source', to: 3 });
      await sync(entitySynced());
      const { applicationSchema, supaglueSchema } = world.postgres;
      await world.rows(
        `insert into ${applicationSchema}.entities
       select (jsonb_populate_record(entities, jsonb_build_object('source', 'entity_other'))).*
       from ${applicationSchema}.entities as entities`,
      );
      if (minute > 0) {
        await world.seed({ table: 'entity_lead_source', to: 2, modifiedMinute: minute, isDeleted: true });
      } else {
        await world.rows(
          `update ${supaglueSchema}.entity_lead_source set _supaglue_is_deleted = true
         where _supaglue_id in ('row-1', 'row-2')`,
        );
      }
      await sync(entitySynced(), { eventId: 'msg_2' });
      const left = await world.rows(
        `select source, id from ${applicationSchema}.entities order by source, id`,
      );
      expect(left.map(({ source, id }) => `${source} ${id}`)).toEqual([
        'entity_lead_source row-3',
        'entity_other row-1',
        'entity_other row-2',
        'entity_other row-3',
      ]);
    },
  );

  test('a redrive of a finished rebuild reads everything again; a repeated attempt does not', async () => {
    await world.seed({ table: 'entity_lead_source', to: 4, mapped: { score: 1 } });
    await sync(entitySynced());
    await rebuild(entityCreated(), { eventId: 'msg_2' });
    const scores = () =>
      world.rows(
        `select distinct data -> 'score' as score from ${world.postgres.applicationSchema}.entities`,
      );
    // What the handler is redriven for: it was mended, and no row has moved meanwhile.
    await world.rows(
      `update ${world.postgres.supaglueSchema}.entity_lead_source set _supaglue_mapped_data = '{"score": 2}'`,
    );
    await rebuild(entityCreated(), { eventId: 'msg_2', attempt: 2 });
    expect(await scores()).toEqual([{ score: 1 }]);
    await rebuild(entityCreated(), { eventId: 'msg_2', attempt: 1 });
    expect(await scores()).toEqual([{ score: 2 }]);
  });

  test('a database that could not be opened, or not prepared, is opened and prepared by the next event', async () => {
    const failures = ['the secret is away', 'no connection'];
    let prepares = 0;
    const flaky = {
      ...world.database,
      transaction: ((work, within) => {
        prepares++;
        return failures.length === 0
          ? world.database.transaction(work, within)
          : Promise.reject(new Error(failures.shift()));
      }) as typeof world.database.transaction,
    };
    const onDatabase = withDatabase(async () => {
      if (failures.length === 2) throw new Error(failures.shift());
      return prepared(flaky);
    });
    let runs = 0;
    const handler = onDatabase(async () => async () => {
      runs++;
    });
    await expect(handler(handling(objectSynced()))).rejects.toThrow('the secret is away');
    await expect(handler(handling(objectSynced()))).rejects.toThrow('no connection');
    await handler(handling(objectSynced()));
    await handler(handling(objectSynced()));
    expect([runs, prepares]).toEqual([2, 2]);
  });

  test.each([
    [59, ['row-1', 'row-2']],
    [61, ['row-1']],
  ])('what was committed %i minutes late is read: an hour, and not more', async (late, ids) => {
    await world.seed({ to: 1, modifiedMinute: 600 });
    await sync();
    await world.seed({ from: 2, to: 2, modifiedMinute: 600 - late });
    await sync(objectSynced(), { eventId: 'msg_2' });
    expect(await idsIn('contacts')).toEqual(ids);
  });

  test('an entity that was renamed has its new table', async () => {
    const table = await world.database.transaction(async (tx) => {
      await noteEntity(tx, 'entity-1', 'entity_lead_source');
      await noteEntity(tx, 'entity-1', 'entity_deal_source');
      return tableOfNotedEntity(tx, 'entity-1');
    }, bounds());
    expect(table).toBe('entity_deal_source');
  });

  test('an entity whose mapping was deleted and made again is read from its first row', async () => {
    await world.seed({ table: 'entity_lead_source', to: 2, modifiedMinute: 0 });
    await world.seed({ table: 'entity_lead_source', from: 3, to: 3, modifiedMinute: 600 });
    await sync(entitySynced());
    await rebuild(entityDeleted(), { eventId: 'msg_2' });
    expect(await idsIn('entities')).toEqual([]);
    await sync(entitySynced(), { eventId: 'msg_3' });
    expect(await idsIn('entities')).toEqual(['row-1', 'row-2', 'row-3']);
  });
}
