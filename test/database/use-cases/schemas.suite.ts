import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Metric } from '../../../lambdas/contract/metrics.ts';
import { createSupaglueApi } from '../../../lambdas/database/supaglue/api.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { noteConnection } from '../../../lambdas/database/use-cases/note-connection.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import {
  connectionCreated,
  connectionDeleted,
  entityCreated,
  entityDeleted,
  entitySynced,
  objectSynced,
} from './events.ts';
import { type FakeSupaglue, startFakeSupaglue } from './fake-supaglue.ts';
import { handling, type World } from './world.ts';

export function schemasSuite(given: () => World): void {
  let world: World;
  let supaglue: FakeSupaglue;
  /** Quoted by whoever uses it: Supaglue quotes schemas, too. */
  let tenant: string;
  let logged: { readonly level: string; readonly message: string; readonly extra: unknown }[];
  let counted: string[];
  beforeAll(async () => {
    world = given();
    supaglue = await startFakeSupaglue();
    tenant = `Tenant "1".${world.postgres.applicationSchema}`;
    await world.rows(`create schema ${quoted(tenant)}`);
    for (const table of ['hubspot_contact', 'entity_lead_source']) {
      await world.rows(
        `create table ${quoted(tenant)}.${table} (like ${world.postgres.supaglueSchema}.${table} including all)`,
      );
    }
  });
  afterAll(async () => {
    await supaglue.stop();
    await world.rows(`drop schema ${quoted(tenant)} cascade`);
  });
  beforeEach(async () => {
    await world.reset();
    for (const table of ['hubspot_contact', 'entity_lead_source']) {
      await world.rows(`delete from ${quoted(tenant)}.${table}`);
    }
    Object.assign(supaglue, { connections: [], entityMappings: [], readStatus: 200, runs: [] });
    logged = [];
    counted = [];
  });

  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const log = (level: string) => (message: string, extra: unknown) =>
    void logged.push({ level, message, extra });
  const logger = { debug() {}, info: log('info'), warn: log('warn'), error: log('error') };
  const options = { batchRows: 4, count: (metric: string) => void counted.push(metric) };
  const api = () => createSupaglueApi({ readApiKey: async () => 'example-key', url: supaglue.url });
  const sync = (event: object = {}, database = world.database) =>
    transformSyncedData(
      handling({ ...objectSynced(), num_records_synced: 5, ...event }, { logger }),
      database,
      options,
    );
  const contacts = () =>
    world.rows(
      `select source, count(*)::int as rows from ${world.postgres.applicationSchema}.contacts group by 1`,
    );
  /** The tenant's rows are moved there from where the seed puts them. */
  async function seedTenant(to: number, table = 'hubspot_contact') {
    await world.seed({ to, table });
    await world.rows(
      `with moved as (delete from ${world.postgres.supaglueSchema}.${table} where _supaglue_customer_id = 'customer-1' returning *)
       insert into ${quoted(tenant)}.${table} select * from moved`,
    );
  }
  const inTenant = () => [{ source: `${tenant}.hubspot_contact`, rows: 5 }];
  const own = (id: string, schema?: string) => ({
    id,
    ...(schema === undefined
      ? {}
      : { connection_sync_config: { destination_config: { type: 'postgres', schema } } }),
  });

  describe('the schema of a connection', () => {
    test('is what Supaglue says when asked, whatever rows are elsewhere', async () => {
      await seedTenant(5);
      await world.seed({ to: 2 });
      supaglue.connections = [own('another', 'elsewhere'), own('connection-1', tenant)];
      await sync({}, { ...world.database, supaglue: api() });
      expect(await contacts()).toEqual(inTenant());
      expect(supaglue.questions.at(-1)).toBe('/customers/customer-1/connections');
    });

    test('is the configured one when Supaglue says that it has none of its own', async () => {
      await seedTenant(5);
      supaglue.connections = [own('connection-1')];
      await sync({}, { ...world.database, supaglue: api() });
      expect(await contacts()).toEqual([]);
      expect(counted).toEqual([Metric.SYNCS_WITHOUT_ROWS]);
    });

    test.each(['connection-1', 'customer-1'])('is what the configuration says of %s', async (name) => {
      await seedTenant(5);
      await world.seed({ to: 2 });
      await sync({}, { ...world.database, connectionSchemas: { [name]: tenant } });
      expect(await contacts()).toEqual(inTenant());
    });

    test('is what connection.created has told, until another one tells of none', async () => {
      await seedTenant(5);
      await world.seed({ to: 2 });
      const created = { ...connectionCreated(), ...own('ignored', tenant) };
      await noteConnection(handling(created), world.database);
      await sync();
      expect(await contacts()).toEqual(inTenant());
      await noteConnection(handling(connectionCreated(), { eventId: 'msg_2' }), world.database);
      await sync();
      expect(await contacts()).toContainEqual({ source: 'hubspot_contact', rows: 2 });
    });

    test('is found by its rows where nobody tells, and said', async () => {
      await seedTenant(5);
      await sync();
      expect(await contacts()).toEqual(inTenant());
      expect(logged).toContainEqual({
        level: 'info',
        message: 'the rows of this connection are in a schema of its own',
        extra: { schema: tenant, table: 'hubspot_contact' },
      });
    });

    test('is neither the application’s own nor one of a layout that is not read', async () => {
      await world.seed({ to: 5, customerId: 'customer-2' });
      const { supaglueSchema, applicationSchema } = world.postgres;
      const odd = quoted(`${tenant}3`);
      await world.rows(`create schema ${odd}`);
      await world.rows(`create table ${odd}.hubspot_contact (_supaglue_customer_id text)`);
      await world.rows(`insert into ${odd}.hubspot_contact values ('customer-1')`);
      await world.rows(
        `create table ${applicationSchema}.hubspot_contact as select * from ${supaglueSchema}.hubspot_contact`,
      );
      await world.rows(
        `update ${applicationSchema}.hubspot_contact set _supaglue_customer_id = 'customer-1'`,
      );
      try {
        await sync();
        expect(await contacts()).toEqual([]);
        expect(counted).toEqual([Metric.SYNCS_WITHOUT_ROWS]);
      } finally {
        await world.rows(`drop schema ${odd} cascade`);
        await world.rows(`drop table ${applicationSchema}.hubspot_contact`);
      }
    });

    test('is not guessed of several, and the customer of the configured one stays there', async () => {
      await seedTenant(5);
      const other = quoted(`${tenant}2`);
      await world.rows(`create schema ${other}`);
      await world.rows(
        `create table ${other}.hubspot_contact as select * from ${quoted(tenant)}.hubspot_contact`,
      );
      try {
        await sync();
        expect(await contacts()).toEqual([]);
        expect(counted).toEqual([Metric.SYNCS_WITHOUT_ROWS]);
      } finally {
        await world.rows(`drop schema ${other} cascade`);
      }
      await world.seed({ to: 2 });
      await sync();
      expect(await contacts()).toEqual([{ source: 'hubspot_contact', rows: 2 }]);
    });

    test('that Supaglue does not tell for the moment is looked for otherwise', async () => {
      await seedTenant(5);
      supaglue.readStatus = 503;
      await sync({}, { ...world.database, supaglue: api() });
      expect(await contacts()).toEqual(inTenant());
      expect(logged.map(({ message }) => message)).toContain(
        'Supaglue does not say which schema the connection writes into',
      );
    });

    test('is cleaned up with its connection', async () => {
      await seedTenant(5);
      await sync();
      await createCleanUpConnection(true)(handling(connectionDeleted()), world.database, options);
      expect(await contacts()).toEqual([]);
      expect(await world.rows(`select from ${quoted(tenant)}.hubspot_contact`)).toEqual([]);
    });

    test('is that of an entity, too, whose rows go with its mapping', async () => {
      await seedTenant(5, 'entity_lead_source');
      const entities = () =>
        world.rows(`select distinct source from ${world.postgres.applicationSchema}.entities`);
      await transformSyncedData(handling(entitySynced()), world.database, options);
      expect(await entities()).toEqual([{ source: `${tenant}.entity_lead_source` }]);
      await rebuildEntity(handling(entityDeleted()), world.database, options);
      expect(await entities()).toEqual([]);
      await rebuildEntity(handling(entityCreated(), { eventId: 'msg_2' }), world.database, options);
      expect(await entities()).toHaveLength(1);
    });
  });

  describe('a sync of which nothing comes', () => {
    test('is warned of with its counts when Supaglue reports records', async () => {
      await sync({ num_records_synced: 7 });
      expect(counted).toEqual([Metric.SYNCS_WITHOUT_ROWS]);
      expect(logged).toEqual([
        {
          level: 'warn',
          message: 'Supaglue reports records of this sync, and no row of the customer was found',
          extra: {
            provider: 'hubspot',
            object_type: 'standard',
            object: 'contact',
            schema: world.postgres.supaglueSchema,
            table: 'hubspot_contact',
            records: 7,
            rows: 0,
          },
        },
      ]);
    });

    test.each([0, undefined])('is not warned of when Supaglue reports %j', async (records) => {
      await sync({ num_records_synced: records });
      expect([counted, logged.filter(({ level }) => level === 'warn')]).toEqual([[], []]);
    });

    test('is not warned of where rows were read, nor in a later attempt, which finds none', async () => {
      const event = { ...objectSynced(), num_records_synced: 5 };
      const again = () =>
        transformSyncedData(handling(event, { logger, attempt: 2 }), world.database, options);
      await again();
      expect([counted, logged]).toEqual([[], []]);
      await world.seed({ to: 3 });
      await sync();
      await again();
      expect([counted, logged.map(({ message }) => message)]).toEqual([
        [],
        ['rows transformed', 'rows transformed'],
      ]);
    });

    test('is none of a connection that is deleted: nothing is written, and that is said', async () => {
      await world.seed({ to: 3 });
      await createCleanUpConnection(false)(handling(connectionDeleted()), world.database, options);
      await sync();
      expect([counted, await contacts()]).toEqual([[], []]);
      expect(logged).toEqual([
        {
          level: 'warn',
          message: 'nothing written: the connection of this sync is deleted',
          extra: { source: 'hubspot_contact' },
        },
      ]);
    });

    test('of an entity: without rows its fields are not asked for, without a name its table is not known', async () => {
      supaglue.questions.length = 0;
      await sync(entitySynced(), { ...world.database, supaglue: api() });
      expect(supaglue.questions.filter((path) => path.startsWith('/entity_mappings'))).toEqual([]);
      [counted, logged] = [[], []];
      await sync({ ...entitySynced(), entity_id: 'entity-2', entity_name: undefined });
      expect(counted).toEqual([Metric.SYNCS_UNMAPPED]);
      expect(logged).toEqual([
        {
          level: 'info',
          message: 'nothing is mapped for this sync',
          extra: { provider: 'hubspot', entity_id: 'entity-2', entity: 'no name' },
        },
      ]);
    });

    test('without records needs no table: HubSpot has no common lead', async () => {
      const { objects } = world.database.transforms;
      const lead = {
        objectType: 'common',
        category: 'crm',
        object: 'lead',
        target: 'contacts',
        sql: '',
      } as const;
      const database = {
        ...world.database,
        transforms: { ...world.database.transforms, objects: [...objects, lead] },
      };
      const event = { object_type: 'common', object: 'lead' };
      await sync({ ...event, num_records_synced: 0 }, database);
      await expect(sync(event, database)).rejects.toMatchObject({ code: 'sql-42P01', retryable: true });
    });

    test('of an object that nothing is mapped for is one line and one count', async () => {
      await sync({ object: 'deal' });
      expect(counted).toEqual([Metric.SYNCS_UNMAPPED]);
      expect(logged).toEqual([
        {
          level: 'info',
          message: 'nothing is mapped for this sync',
          extra: { provider: 'hubspot', object_type: 'standard', object: 'deal' },
        },
      ]);
    });
  });

  describe("an entity's values", () => {
    const data = async () =>
      (
        await world.rows(`select data from ${world.postgres.applicationSchema}.entities where id = 'row-1'`)
      )[0]?.['data'];
    const raw = { id: 'row-1', properties: { dealname: 'Sample', amount: '100', secret: 'x' } };
    const mappings = [
      { entity_id: 'another', field_mappings: [{ entity_field: 'no', mapped_field: 'secret' }] },
      {
        entity_id: 'entity-1',
        field_mappings: [
          { entity_field: 'name', mapped_field: 'dealname', is_additional: false },
          { entity_field: 'extra', mapped_field: 'amount', is_additional: true },
          { entity_field: 'unmapped' },
        ],
      },
    ];

    test('are the whole record without an API key, and where nothing is mapped', async () => {
      await world.seed({ table: 'entity_lead_source', to: 1, raw });
      await transformSyncedData(handling(entitySynced()), world.database, options);
      expect(await data()).toMatchObject(raw);
      await transformSyncedData(
        handling(entitySynced(), { eventId: 'msg_2' }),
        { ...world.database, supaglue: api() },
        options,
      );
      expect(await data()).toMatchObject(raw);
    });

    test('are the mapped fields of it as Supaglue says', async () => {
      await world.seed({ table: 'entity_lead_source', to: 1, raw });
      supaglue.entityMappings = mappings;
      const database = { ...world.database, supaglue: api() };
      await transformSyncedData(handling(entitySynced()), database, options);
      expect(await data()).toEqual({ name: 'Sample', extra: '100' });
      supaglue.entityMappings = [
        { entity_id: 'entity-1', field_mappings: [{ entity_field: 'name', mapped_field: 'amount' }] },
      ];
      await rebuildEntity(handling(entityCreated(), { eventId: 'msg_2' }), database, options);
      expect(await data()).toEqual({ name: '100' });
    });

    test("are a provider's own where a record has no properties", async () => {
      await world.seed({ table: 'entity_lead_source', to: 1, raw: { dealname: 'Sample', amount: null } });
      supaglue.entityMappings = mappings;
      await transformSyncedData(handling(entitySynced()), { ...world.database, supaglue: api() }, options);
      expect(await data()).toEqual({ name: 'Sample', extra: null });
    });

    test('are what Supaglue mapped itself, as its versions before 0.23 did', async () => {
      await world.seed({ table: 'entity_lead_source', to: 1, raw, mapped: { name: 'Mapped' } });
      supaglue.entityMappings = mappings;
      await transformSyncedData(handling(entitySynced()), { ...world.database, supaglue: api() }, options);
      expect(await data()).toEqual({ name: 'Mapped' });
    });

    test('are waited for when Supaglue does not answer', async () => {
      await world.seed({ table: 'entity_lead_source', to: 1, raw });
      supaglue.readStatus = 503;
      await expect(
        transformSyncedData(handling(entitySynced()), { ...world.database, supaglue: api() }, options),
      ).rejects.toThrow("Supaglue answered 503 to the question for the customer's entity mappings");
      expect(await data()).toBeUndefined();
    });
  });

  describe('layouts that are not written by the Postgres destination', () => {
    const inSupaglue = (table: string) => `${world.postgres.supaglueSchema}.${table}`;

    test('the managed destination is refused with a reason', async () => {
      await world.rows(`alter table ${inSupaglue('hubspot_contact')} drop column _supaglue_mapped_data`);
      try {
        await expect(sync()).rejects.toMatchObject({
          code: 'managed-destination',
          retryable: false,
          message: expect.stringContaining('let Supaglue sync into a Postgres destination of yours'),
        });
      } finally {
        await world.rows(
          `alter table ${inSupaglue('hubspot_contact')} add column _supaglue_mapped_data jsonb not null default '{}'`,
        );
        await world.rows(
          `alter table ${inSupaglue('hubspot_contact')} alter column _supaglue_mapped_data drop default`,
        );
      }
    });

    test('a clean-up goes through the table behind a view, and leaves partitions with a reason', async () => {
      const columns = (table: string) => `like ${inSupaglue(table)}`;
      await world.rows(
        `create table ${inSupaglue('custom_objects')} (${columns('hubspot_contact')}, _supaglue_object_name text not null)`,
      );
      await world.rows(
        `create view ${inSupaglue('hubspot_card')} as select * from ${inSupaglue('custom_objects')} where _supaglue_object_name = 'hubspot_card'`,
      );
      await world.rows(
        `create table ${inSupaglue('hubspot_deal')} (${columns('hubspot_contact')}) partition by list (_supaglue_customer_id)`,
      );
      for (const n of [1, 2]) {
        await world.rows(
          `create table ${inSupaglue(`hubspot_deal_${n}`)} partition of ${inSupaglue('hubspot_deal')} for values in ('customer-${n}')`,
        );
      }
      try {
        for (const customerId of ['customer-1', 'customer-2']) {
          await world.seed({ to: 6, customerId });
          await world.rows(
            `insert into ${inSupaglue('custom_objects')} select *, 'hubspot_card' from ${inSupaglue('hubspot_contact')} where _supaglue_customer_id = '${customerId}'`,
          );
        }
        await world.rows(
          `insert into ${inSupaglue('hubspot_deal')} select * from ${inSupaglue('hubspot_contact')} where _supaglue_customer_id = 'customer-2'`,
        );
        const cleanUp = createCleanUpConnection(true);
        await cleanUp(handling(connectionDeleted()), world.database, options);
        const left = `select distinct _supaglue_customer_id as customer from ${inSupaglue('custom_objects')}`;
        expect(await world.rows(left)).toEqual([{ customer: 'customer-2' }]);

        const second = connectionDeleted({ customer: 'customer-2', connection: 'connection-2' });
        // Supaglue's tables are not asked for: what lies in partitions there is left without a word.
        await createCleanUpConnection(false)(handling(second), world.database, options);
        await expect(cleanUp(handling(second), world.database, options)).rejects.toMatchObject({
          code: 'partitioned-table',
          retryable: false,
          message: expect.stringContaining(`${inSupaglue('hubspot_deal')}: partitioned tables`),
        });
        expect(await world.rows(left)).toEqual([]);
        expect(await world.rows(`select from ${inSupaglue('hubspot_deal')}`)).toHaveLength(6);
      } finally {
        await world.rows(`drop view ${inSupaglue('hubspot_card')}`);
        for (const table of ['custom_objects', 'hubspot_deal'])
          await world.rows(`drop table ${inSupaglue(table)}`);
      }
    });
  });
}
