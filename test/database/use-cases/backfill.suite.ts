import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSupaglueApi } from '../../../lambdas/database/supaglue/api.ts';
import { fullSyncAskedAfter, noteFullSync } from '../../../lambdas/database/transforms/full-sync-state.ts';
import { backfillObject } from '../../../lambdas/database/use-cases/backfill-object.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { NotYetError } from '../../../lambdas/router/index.ts';
import {
  connectionDeleted,
  entityCreated,
  entityDeleted,
  entitySynced,
  fieldsMapped,
  objectSynced,
} from './events.ts';
import { type FakeSupaglue, startFakeSupaglue } from './fake-supaglue.ts';
import { APPLICATION, handling, type World } from './world.ts';

export function backfillSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });
  beforeEach(() => world.reset());

  const small = { batchRows: 4 };
  const sync = (event = objectSynced()) => transformSyncedData(handling(event), world.database, small);
  const mapped = async (table = 'contacts', column = 'mapped_data') =>
    world.rows(`select distinct ${column} as data from ${world.postgres.applicationSchema}.${table}`);

  /** New mapped data under the old times: what a changed mapping looks like before the next full sync. */
  const remap = (table: string) =>
    world.rows(
      `update ${world.postgres.supaglueSchema}.${table} set _supaglue_mapped_data = '{"tier":"gold"}'`,
    );

  /** The handler, asking a Supaglue of the test's. */
  const backfill = (overrides = {}, options: object = small) =>
    backfillObject(handling(fieldsMapped(), overrides), world.database, options);
  async function withSupaglue(work: (supaglue: FakeSupaglue, asking: typeof backfill) => Promise<void>) {
    const supaglue = await startFakeSupaglue();
    try {
      const api = createSupaglueApi({ readApiKey: async () => 'example-key', url: supaglue.url });
      await work(supaglue, (overrides = {}) =>
        backfillObject(handling(fieldsMapped(), overrides), { ...world.database, supaglue: api }, small),
      );
    } finally {
      await supaglue.stop();
    }
  }

  test('how far a full sync is, is told to the event that asked for it alone', async () => {
    await world.seed({ to: 1 });
    await sync();
    const source = {
      ...{ applicationId: APPLICATION, customerId: 'customer-1', providerName: 'hubspot' },
      source: 'hubspot_contact',
    };
    const asked = (eventId: string) =>
      world.database.transaction((tx) => fullSyncAskedAfter(tx, source, eventId), handling({}));
    const note = (state: 'done' | { readonly after: string }) =>
      world.database.transaction((tx) => noteFullSync(tx, source, 'msg_1', state), handling({}));
    expect(await asked('msg_1')).toBeUndefined();
    for (const state of [{ after: 'run 1' }, { after: '' }, 'done'] as const) {
      await note(state);
      expect(await asked('msg_1')).toEqual(state);
      expect([await asked('msg_'), await asked('msg_2')]).toEqual([undefined, undefined]);
    }
  });

  test('a changed field mapping reads all rows again, also those that have not changed', async () => {
    await world.seed({ to: 6, modifiedMinute: 0, mapped: { tier: 'old' } });
    await world.seed({ from: 7, to: 9, modifiedMinute: 600, mapped: { tier: 'old' } });
    await sync();
    await remap('hubspot_contact');
    await sync({ ...objectSynced() });
    expect(await mapped()).toHaveLength(2);
    await backfill();
    expect(await mapped()).toEqual([{ data: { tier: 'gold' } }]);
  });

  test('a repeated attempt goes on behind the rows that are done, and walks over them no second time', async () => {
    await world.seed({ to: 12 });
    const deadline = new Date(Date.now() + 30_000);
    const late = { ...small, nowMs: () => deadline.getTime() };
    await expect(backfill({ deadline }, late)).rejects.toThrow('goes on with the next attempt');
    const read: unknown[] = [];
    const logger = {
      debug() {},
      info: (_: string, extra: unknown) => read.push(extra),
      warn() {},
      error() {},
    };
    await backfill({ attempt: 2, logger });
    await backfill({ attempt: 3, logger });
    expect(read).toEqual([{ rows: 8 }, { rows: 0 }]);
  });

  describe('a full sync', () => {
    test('is asked for with the customer and the key, and looked at until its run has started', async () => {
      await withSupaglue(async (supaglue, asking) => {
        await world.seed({ to: 6 });
        supaglue.runs = [{ id: 'run-1', status: 'SUCCESS', strategy: 'incremental' }];
        await expect(asking()).rejects.toBeInstanceOf(NotYetError);
        expect(supaglue.triggers).toHaveLength(1);
        expect(supaglue.triggers[0]?.headers).toMatchObject({
          'x-api-key': 'example-key',
          'x-customer-id': 'customer-1',
          'x-provider-name': 'hubspot',
        });
        expect(supaglue.triggers[0]?.body).toEqual({
          object_type: 'standard',
          object: 'contact',
          perform_full_refresh: true,
        });
        supaglue.runs = [{ id: 'run-2', status: 'IN_PROGRESS' }, ...supaglue.runs];
        await asking({ attempt: 2 });
        await asking({ attempt: 3 });
        expect(supaglue.triggers).toHaveLength(1);
        const question =
          '/sync-runs?customer_id=customer-1&provider_name=hubspot&object_type=standard&object=contact&page_size=50';
        const ofRuns = supaglue.questions.filter((path) => path.startsWith('/sync-runs'));
        expect(ofRuns).toEqual([question, question]);
        // What the full sync writes is read by its own event, whatever its rows' times are.
        await world.seed({ to: 6, modifiedMinute: 0, emittedMinute: 900, mapped: { tier: 'new' } });
        await sync();
        expect(await mapped()).toEqual([{ data: { tier: 'new' } }]);
      });
    });

    test('waits for the end of a run under way, in which a request would be lost', async () => {
      await withSupaglue(async (supaglue, asking) => {
        supaglue.runs = [{ id: 'run-1', status: 'IN_PROGRESS' }];
        await expect(asking()).rejects.toMatchObject({ name: 'NotYetError', seconds: 180 });
        expect(supaglue.triggers).toEqual([]);
        supaglue.runs = [{ id: 'run-1', status: 'SUCCESS' }];
        await expect(asking()).rejects.toMatchObject({ name: 'NotYetError' });
        expect(supaglue.triggers).toHaveLength(1);
      });
    });

    test('that was lost is asked for again: no run has started, or one that was none', async () => {
      await withSupaglue(async (supaglue, asking) => {
        await expect(asking()).rejects.toBeInstanceOf(NotYetError);
        await expect(asking()).rejects.toBeInstanceOf(NotYetError);
        expect(supaglue.triggers).toHaveLength(2);
        supaglue.runs = [{ id: 'run-1', status: 'SUCCESS', strategy: 'incremental only' }];
        await expect(asking()).rejects.toBeInstanceOf(NotYetError);
        expect(supaglue.triggers).toHaveLength(3);
        supaglue.runs = [
          { id: 'run-2', status: 'SUCCESS', strategy: 'full then incremental' },
          ...supaglue.runs,
        ];
        await asking();
        expect(supaglue.triggers).toHaveLength(3);
      });
    });

    test('is the first run that was not there when it was asked for', async () => {
      await withSupaglue(async (supaglue, asking) => {
        const full = { status: 'SUCCESS', strategy: 'full then incremental' };
        await expect(asking({ eventId: 'msg_1' })).rejects.toBeInstanceOf(NotYetError);
        supaglue.runs = [{ id: 'run-1', ...full }];
        await asking({ eventId: 'msg_1' });
        expect(supaglue.triggers).toHaveLength(1);
        // For this event it is an earlier one, however often it looks.
        await expect(asking({ eventId: 'msg_2' })).rejects.toBeInstanceOf(NotYetError);
        await expect(asking({ eventId: 'msg_2' })).rejects.toBeInstanceOf(NotYetError);
        expect(supaglue.triggers).toHaveLength(3);
        supaglue.runs = [{ id: 'run-2', ...full }, ...supaglue.runs];
        await asking({ eventId: 'msg_2' });
        expect(supaglue.triggers).toHaveLength(3);
      });
    });

    test('of a deleted connection is not asked for', async () => {
      await world.seed({ to: 1 });
      await sync();
      await createCleanUpConnection(false)(handling(connectionDeleted()), world.database, small);
      await withSupaglue(async (supaglue, asking) => {
        await asking();
        expect(supaglue.triggers).toEqual([]);
      });
      expect(await mapped()).toEqual([]);
    });

    test('of another event does not count', async () => {
      await withSupaglue(async (supaglue, asking) => {
        await expect(asking({ eventId: 'msg_1' })).rejects.toBeInstanceOf(NotYetError);
        supaglue.runs = [{ id: 'run-1', status: 'SUCCESS' }];
        await expect(asking({ eventId: 'msg_2' })).rejects.toBeInstanceOf(NotYetError);
        expect(supaglue.triggers).toHaveLength(2);
      });
    });

    test.each([
      [404, { retryable: false, code: 'supaglue-refused' }],
      [503, { message: 'Supaglue answered 503 to the request for a full sync' }],
      [401, { message: 'Supaglue answered 401 to the request for a full sync' }],
    ])('an answer of %i fails readably after the rows are done', async (status, error) => {
      await withSupaglue(async (supaglue, asking) => {
        await world.seed({ to: 6 });
        supaglue.triggerStatus = status;
        await expect(asking()).rejects.toMatchObject(error);
        expect(await mapped()).toHaveLength(1);
      });
    });

    test('a key that is not stored yet is waited for', async () => {
      await world.seed({ to: 1 });
      const supaglue = createSupaglueApi({ readApiKey: async () => undefined, url: 'https://192.0.2.1' });
      await expect(backfillObject(handling(fieldsMapped()), { ...world.database, supaglue })).rejects.toThrow(
        'holds no value yet',
      );
    });
  });

  test('an entity is rebuilt with its mapping, and removed with it; another customer keeps its rows', async () => {
    const other = { customer: 'customer-2', connection: 'connection-2' };
    await world.seed({ table: 'entity_lead_source', to: 6, mapped: { tier: 'old' } });
    await world.seed({
      table: 'entity_lead_source',
      to: 2,
      customerId: 'customer-2',
      mapped: { tier: 'old' },
    });
    await sync(entitySynced());
    await sync(entitySynced(other));
    await remap('entity_lead_source');
    // Nothing has changed at Supaglue.
    for (const failed of [entityDeleted(), entityCreated()])
      await rebuildEntity(handling({ ...failed, result: 'ERROR' }), world.database, small);
    expect(await mapped('entities', 'data')).toEqual([{ data: { tier: 'old' } }]);
    await rebuildEntity(handling(entityCreated()), world.database, small);
    expect(await mapped('entities', 'data')).toHaveLength(2);
    await rebuildEntity(handling(entityDeleted()), world.database, small);
    expect(await mapped('entities', 'customer_id')).toEqual([{ data: 'customer-2' }]);
    // Mapped once more: all of it is read.
    await rebuildEntity(handling(entityCreated(), { eventId: 'msg_3' }), world.database, small);
    expect(await mapped('entities', 'id')).toHaveLength(6);
  });

  test('an entity that has not synced yet waits for its sync', async () => {
    await world.seed({ table: 'entity_lead_source', to: 6 });
    await rebuildEntity(handling(entityCreated()), world.database, small);
    await rebuildEntity(handling(entityDeleted()), world.database, small);
    expect(await mapped('entities', 'id')).toEqual([]);
    await sync(entitySynced());
    expect(await mapped('entities', 'id')).toHaveLength(6);
  });
}
