import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Transaction } from '../../../lambdas/database/database.ts';
import { type ApplicationDatabase, mappedObject } from '../../../lambdas/database/transforms/mapping.ts';
import { prepareSchema } from '../../../lambdas/database/transforms/prepare-schema.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { RetryAfterError } from '../../../lambdas/router/index.ts';
import { transforms } from '../../fixtures/app/transforms/manifest.ts';
import { entitySynced, objectSynced } from './events.ts';
import { bounds, handling, OTHER_APPLICATION, type World } from './world.ts';

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A transaction that notes what it is asked. */
function noting(tx: Transaction, statements: Statement[]): Transaction {
  return {
    query(text, values = []) {
      statements.push({ text, values });
      return tx.query(text, values);
    },
  };
}

export function transformSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });
  beforeEach(() => world.reset());

  const small = { batchRows: 4 };
  const sync = (event = objectSynced(), overrides = {}) =>
    transformSyncedData(handling(event, overrides), world.database, small);
  const contacts = (columns = 'id') =>
    world.rows(`select ${columns} from ${world.postgres.applicationSchema}.contacts order by length(id), id`);

  describe('an object that has synced', () => {
    test('becomes rows of the application, in batches', async () => {
      await world.seed({
        to: 10,
        raw: {
          firstname: 'Ada',
          lastname: 'Example',
          phone: '555-0100',
          jobtitle: 'CTO',
          associatedcompanyid: '7',
        },
        mapped: { tier: 'gold' },
      });
      await sync();
      expect(await contacts()).toHaveLength(10);
      expect((await contacts('to_jsonb(contacts) as row'))[0]?.['row']).toMatchObject({
        id: 'row-1',
        first_name: 'Ada',
        last_name: 'Example',
        email: 'row-1@example.com',
        phone: '555-0100',
        job_title: 'CTO',
        account_id: '7',
        mapped_data: { tier: 'gold' },
        source: 'hubspot_contact',
      });
    });

    test.each([
      [
        'salesforce',
        'Account',
        'salesforce_account',
        { Name: 'Example', Website: 'https://www.Example.com/x', Industry: 'Toys' },
      ],
      [
        'hubspot',
        'company',
        'hubspot_company',
        { properties: { name: 'Example', domain: 'EXAMPLE.com', industry: 'Toys' } },
      ],
    ])('%s %s becomes an account', async (provider, object, table, raw) => {
      await world.seed({ table, providerName: provider, to: 1, raw });
      await sync(objectSynced({ provider }, object));
      const [row] = await world.rows(
        `select name, domain, industry from ${world.postgres.applicationSchema}.accounts`,
      );
      expect(row).toEqual({ name: 'Example', domain: 'example.com', industry: 'Toys' });
    });

    test('reads what changed, what was deleted, and what was written late', async () => {
      await world.seed({ to: 6, modifiedMinute: 600, emittedMinute: 600 });
      await sync();
      await world.seed({ from: 2, to: 2, modifiedMinute: 700, raw: { firstname: 'Grace' } });
      await world.seed({ from: 3, to: 3, modifiedMinute: 700, isDeleted: true });
      // Older than the watermark, written after it; and the watermark's very instant.
      await world.seed({ from: 7, to: 7, modifiedMinute: 1, emittedMinute: 700 });
      await world.seed({
        from: 6,
        to: 6,
        modifiedMinute: 600,
        emittedMinute: 600,
        raw: { firstname: 'Edsger' },
      });
      await sync(objectSynced({}, 'Contact'), { eventId: 'msg_2' });
      expect(await contacts('id, first_name')).toEqual([
        { id: 'row-1', first_name: 'Ada' },
        { id: 'row-2', first_name: 'Grace' },
        { id: 'row-4', first_name: 'Ada' },
        { id: 'row-5', first_name: 'Ada' },
        { id: 'row-6', first_name: 'Edsger' },
        { id: 'row-7', first_name: 'Ada' },
      ]);
    });

    test('does not read again what has not changed', async () => {
      await world.seed({ to: 6, modifiedMinute: 0 });
      await world.seed({ from: 7, to: 8, modifiedMinute: 600 });
      await sync();
      const read: unknown[] = [];
      const logger = {
        debug() {},
        info: (_: string, extra: unknown) => read.push(extra),
        warn() {},
        error() {},
      };
      await sync(objectSynced(), { eventId: 'msg_2', logger });
      expect(read).toEqual([{ source: 'hubspot_contact', rows: 2 }]);
    });

    test('of two applications with the same customer stays two customers', async () => {
      await world.seed({ to: 3 });
      await world.seed({ to: 2, applicationId: OTHER_APPLICATION, raw: { firstname: 'Other' } });
      await sync();
      expect(await contacts('application_id, first_name')).toHaveLength(5);
      expect((await contacts('distinct application_id, length(id), id')).length).toBe(5);
    });

    test('an error, and what nothing is mapped for, change nothing', async () => {
      await world.seed({ to: 3 });
      await sync({ ...objectSynced(), result: 'ERROR' });
      await sync(objectSynced({}, 'deal'));
      await sync(objectSynced({ provider: 'pipedrive' }));
      expect(await contacts()).toEqual([]);
    });
  });

  test('what the time does not suffice for is kept, and the next attempt goes on', async () => {
    await world.seed({ to: 12 });
    // A clock that takes a second for a batch, and a deadline that leaves one.
    let readings = 0;
    const nowMs = () => readings++ * 1_000;
    const context = handling(objectSynced());
    const short = { ...small, nowMs: () => nowMs() + context.deadline.getTime() - 1_500 };
    await expect(transformSyncedData(context, world.database, short)).rejects.toThrow(RetryAfterError);
    expect(await contacts()).toHaveLength(4);
    await sync(objectSynced(), { attempt: 2 });
    expect(await contacts()).toHaveLength(12);
  });

  test('a pass that another event has left is ended first, then one of its own is made', async () => {
    await world.seed({ to: 12 });
    const deadline = new Date(Date.now() + 30_000);
    const late = { ...small, nowMs: () => deadline.getTime() };
    await expect(
      transformSyncedData(handling(objectSynced(), { deadline }), world.database, late),
    ).rejects.toThrow('goes on with the next attempt');
    // Behind the cursor of the pass that was left.
    await world.seed({ from: 1, to: 1, modifiedMinute: 0, emittedMinute: 5, raw: { firstname: 'Grace' } });
    await sync(objectSynced(), { eventId: 'msg_2' });
    expect(await contacts()).toHaveLength(12);
    expect((await contacts('first_name'))[0]).toEqual({ first_name: 'Grace' });
  });

  test('an entity becomes rows of JSON; without its name its table is not known', async () => {
    await world.seed({ table: 'entity_lead_source', to: 5, mapped: { score: 7 } });
    await sync(entitySynced());
    const entities = await world.rows(
      `select source, data from ${world.postgres.applicationSchema}.entities`,
    );
    expect(entities).toHaveLength(5);
    expect(entities[0]).toEqual({ source: 'entity_lead_source', data: { score: 7 } });
    const { entity_name: _, ...unnamed } = entitySynced();
    await sync({ ...unnamed, entity_id: 'entity-2' }, { eventId: 'msg_2' });
  });

  describe('the manifest', () => {
    const tableOf = (providerName: string, objectType: string, object: string) =>
      mappedObject(transforms, { providerName, objectType, object })?.table;

    test.each([
      ['hubspot', 'standard', 'contact', 'hubspot_contact'],
      ['hubspot', 'standard', 'company', 'hubspot_company'],
      ['salesforce', 'standard', 'Account', 'salesforce_account'],
      ['hubspot', 'common', 'account', 'crm_accounts'],
      ['pipedrive', 'common', 'contact', 'crm_contacts'],
      ['outreach', 'common', 'contact', 'engagement_contacts'],
    ])('%s %s %s is in %s', (provider, type, object, table) => {
      expect(tableOf(provider, type, object)).toBe(table);
    });

    test.each([
      ['hubspot', 'standard', 'account'],
      ['hubspot', 'custom', 'contact'],
      ['hubspot', 'common', 'company'],
      ['hubspot', 'metadata', 'contact'],
      ['hubspot', 'common', 'constructor'],
      ['outreach', 'common', 'lead'],
    ])('%s %s %s is not mapped', (provider, type, object) => {
      expect(tableOf(provider, type, object)).toBeUndefined();
    });

    test('what has no table is none of another that has none', () => {
      const lead = {
        objectType: 'common',
        category: 'engagement',
        object: 'lead',
        target: 'contacts',
        sql: '',
      } as const;
      const name = { providerName: 'outreach', objectType: 'common', object: 'deal' };
      expect(mappedObject({ ...transforms, objects: [lead] }, name)).toBeUndefined();
    });

    test('says which columns a table has: a common object’s are its own', () => {
      const layoutOf = (objectType: string) =>
        mappedObject(transforms, { providerName: 'hubspot', objectType, object: 'contact' })?.layout;
      expect(layoutOf('standard')).toMatchObject({ id: '_supaglue_id', unified: 'null::jsonb' });
      expect(layoutOf('common')).toMatchObject({
        id: 'id',
        columns: expect.arrayContaining(['_supaglue_customer_id', 'id', 'last_modified_at', 'raw_data']),
      });
    });
  });

  test('more deletions that moved no time than a batch holds are all found, and nothing is asked twice', async () => {
    await world.seed({ to: 9, modifiedMinute: 0, emittedMinute: 0 });
    // So much later that the next pass reads it alone.
    await world.seed({ from: 10, to: 10, modifiedMinute: 600, emittedMinute: 600 });
    await sync();
    await world.rows(
      `update ${world.postgres.supaglueSchema}.hubspot_contact set _supaglue_is_deleted = true
         where _supaglue_id not in ('row-5', 'row-9', 'row-10')`,
    );
    const statements: Statement[] = [];
    const watched: ApplicationDatabase = {
      ...world.database,
      transaction: (work, within) => world.database.transaction((tx) => work(noting(tx, statements)), within),
    };
    await transformSyncedData(handling(objectSynced(), { eventId: 'msg_2' }), watched, small);
    expect((await contacts()).map(({ id }) => id)).toEqual(['row-5', 'row-9', 'row-10']);
    const sweeps = statements.filter(({ text }) => text.startsWith('select record.'));
    expect(sweeps.map(({ values }) => values[4])).toEqual(['', 'row-4']);
    const removals = statements.filter(({ text }) => text.includes('id = any'));
    expect(removals.map(({ values }) => values[4])).toEqual([
      ['row-1', 'row-2', 'row-3', 'row-4'],
      ['row-6', 'row-7', 'row-8'],
    ]);
  });

  test('tables that are there need no right to create', async () => {
    const statements: Statement[] = [];
    await world.database.transaction((tx) => prepareSchema(noting(tx, statements), world.database), bounds());
    expect(statements).toHaveLength(1);
    expect(statements[0]?.text).not.toMatch(/create/i);
  });
}
