import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Metric } from '../../../lambdas/contract/metrics.ts';
import type { Transaction } from '../../../lambdas/database/database.ts';
import { prepareSchema } from '../../../lambdas/database/transforms/prepare-schema.ts';
import {
  addDatabaseUseCases,
  addUseCases,
} from '../../../lambdas/database/use-cases/add-database-use-cases.ts';
import { backfillObject } from '../../../lambdas/database/use-cases/backfill-object.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { countOne } from '../../../lambdas/database/use-cases/count-one.ts';
import { noteConnection } from '../../../lambdas/database/use-cases/note-connection.ts';
import { openDatabase } from '../../../lambdas/database/use-cases/open-database.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { EventRouter } from '../../../lambdas/router/index.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../../local/identity.ts';
import { type SecretsManager, startSecretsManager } from '../../../local/services/secrets-manager.ts';
import { transforms } from '../../fixtures/app/transforms/manifest.ts';
import { type PostgresGateway, startPostgresGateway } from '../gateway.ts';
import { connectionCreated, connectionDeleted, entityDeleted, fieldsMapped, objectSynced } from './events.ts';
import { handling, logging, type World } from './world.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:database-AbCdEf';
const HANDLERS = {
  'sync.complete': ['transform-synced-data'],
  'connection.created': ['note-connection'],
  'connection.deleted': ['clean-up-connection'],
  'object.field_mapping.created': ['backfill-object'],
  'object.field_mapping.updated': ['backfill-object'],
  'entity.entity_mapping.created': ['rebuild-entity'],
  'entity.entity_mapping.updated': ['rebuild-entity'],
  'entity.entity_mapping.deleted': ['rebuild-entity'],
};

/** What the environment configures, and what a failed change leaves alone. */
export function wiringSuite(given: () => World): void {
  let world: World;
  let secretsManager: SecretsManager;
  /** A database that an environment names is never closed: with this its connections are. */
  let gateway: PostgresGateway;
  const before = { ...process.env };
  beforeAll(async () => {
    world = given();
    gateway = await startPostgresGateway(world.postgres.url);
    secretsManager = await startSecretsManager([{ name: ARN, arn: ARN, value: gateway.url }]);
    Object.assign(process.env, LOCAL_IDENTITY_ENVIRONMENT, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
      POWERTOOLS_METRICS_NAMESPACE: 'SupaglueWebhooks',
    });
  });
  afterAll(async () => {
    process.env = before;
    await Promise.all([gateway.close(), secretsManager.stop()]);
  });
  beforeEach(() => world.reset());

  const environment = () => ({
    DATABASE_SECRET_ID: ARN,
    SUPAGLUE_SCHEMA: world.postgres.supaglueSchema,
    APPLICATION_SCHEMA: world.postgres.applicationSchema,
  });
  const load = async () => ({ transforms });
  const count = async (table: string) => (await world.rows(`select from ${table}`)).length;
  const contacts = () => count(`${world.postgres.applicationSchema}.contacts`);
  const source = () => count(`${world.postgres.supaglueSchema}.hubspot_contact`);

  describe('the use cases of an environment', () => {
    test.each([{}, { DATABASE_SECRET_ID: '' }])('%j: none', (none) => {
      expect(addDatabaseUseCases(new EventRouter(), load, none).registrations().byType).toEqual({});
    });

    test('are registered under the names that the ledger knows, and each loads its own', async () => {
      expect(addDatabaseUseCases(new EventRouter(), load, environment()).registrations().byType).toEqual(
        HANDLERS,
      );
      const router = new EventRouter();
      const loaded = new Map<string, unknown>();
      addUseCases(
        router,
        (loadHandler) =>
          async ({ handler }) =>
            void loaded.set(handler, await loadHandler()),
        true,
      );
      for (const [type, [handler = '']] of Object.entries(HANDLERS)) {
        await router.handlersFor(type)[0]?.handle(handling({}, { handler }));
      }
      expect(Object.fromEntries(loaded)).toEqual({
        'transform-synced-data': transformSyncedData,
        'note-connection': noteConnection,
        'clean-up-connection': expect.any(Function),
        'backfill-object': backfillObject,
        'rebuild-entity': rebuildEntity,
      });
    });

    test.each([
      ['true', 0],
      ['false', 3],
      [undefined, 3],
    ])(
      'with CLEAN_SUPAGLUE_TABLES %s a deleted connection leaves %i of its rows there',
      async (clean, left) => {
        await world.seed({ to: 3 });
        const router = addDatabaseUseCases(new EventRouter(), load, {
          ...environment(),
          CLEAN_SUPAGLUE_TABLES: clean,
        });
        const handle = async (event: { webhook_event_type: string }) => {
          for (const { handle: run } of router.handlersFor(event.webhook_event_type))
            await run(handling(event));
        };
        await handle(objectSynced());
        expect(await contacts()).toBe(3);
        await handle(connectionDeleted());
        expect([await contacts(), await source()]).toEqual([0, left]);
      },
    );
  });

  describe('an opened database', () => {
    test('is as the environment says, and its tables are looked for', async () => {
      const database = await openDatabase(
        { ...environment(), SUPAGLUE_CONNECTION_SCHEMAS: '{"customer":"theirs"}' },
        transforms,
      )(handling({}));
      expect(database).toMatchObject({
        transforms,
        supaglue: undefined,
        connectionSchemas: { customer: 'theirs' },
      });
      expect(await openDatabase(environment(), transforms)(handling({}))).toMatchObject({
        connectionSchemas: {},
      });
      const schema = `${world.postgres.applicationSchema}_other`;
      await world.postgres.query(`create schema ${schema}`);
      await openDatabase({ ...environment(), APPLICATION_SCHEMA: schema }, transforms)(handling({}));
      expect(await count(`${schema}.supaglue_watermarks`)).toBe(0);
      await world.postgres.query(`drop schema ${schema} cascade`);
    });
  });

  test('a schema that is there needs no right to create one; one that is not is created', async () => {
    const applicationSchema = `${world.postgres.applicationSchema}_new`;
    const prepare = () =>
      world.database.transaction(async (tx) => {
        const statements: string[] = [];
        const query: Transaction['query'] = (text, values) => {
          statements.push(text);
          return tx.query(text.replaceAll(':"application"', `"${applicationSchema}"`), values);
        };
        await prepareSchema({ query }, { ...world.database, applicationSchema });
        return statements.filter((text) => /create schema/i.test(text));
      }, handling({}));
    try {
      expect(await prepare()).toEqual([`create schema if not exists "${applicationSchema}"`]);
      expect(await count(`${applicationSchema}.supaglue_watermarks`)).toBe(0);
      await world.postgres.query(`drop table ${applicationSchema}.supaglue_watermarks`);
      expect(await prepare()).toEqual([]);
      expect(await count(`${applicationSchema}.supaglue_watermarks`)).toBe(0);
    } finally {
      await world.postgres.query(`drop schema if exists ${applicationSchema} cascade`);
    }
  });

  describe('what failed at Supaglue changes nothing', () => {
    test('of a created connection, a mapping, an entity', async () => {
      await world.seed({ to: 3 });
      await transformSyncedData(handling(objectSynced()), world.database);
      const unchanged = await world.snapshot();
      const failed = { result: 'ERROR' } as const;
      await noteConnection(handling({ ...connectionCreated(), ...failed }), world.database);
      await backfillObject(handling({ ...fieldsMapped(), ...failed }), world.database);
      await rebuildEntity(handling({ ...entityDeleted(), ...failed }), world.database);
      expect(await world.snapshot()).toEqual(unchanged);
    });
  });

  test('a mapping of an object that is not transformed is one line', async () => {
    const { lines, logger } = logging();
    await backfillObject(handling({ ...fieldsMapped(), object_name: 'unknown' }, { logger }), world.database);
    expect(lines).toEqual([
      [
        'nothing is mapped for this object',
        { provider: 'hubspot', object_type: 'standard', object: 'unknown' },
      ],
    ]);
  });

  test('a connection that a newer one has replaced is said to leave rows; the last one’s says how many went', async () => {
    const cleanUp = createCleanUpConnection(false);
    await world.seed({ to: 3 });
    await transformSyncedData(handling(objectSynced()), world.database);
    await noteConnection(handling(connectionCreated()), world.database);
    await transformSyncedData(handling(objectSynced({ connection: 'connection-2' })), world.database);
    const replaced = logging();
    await cleanUp(handling(connectionDeleted(), { logger: replaced.logger }), world.database);
    expect(replaced.lines.map(([text]) => text)).toContain(
      'rows are left: a newer connection of this customer has synced over them',
    );
    const last = logging();
    await cleanUp(
      handling(connectionDeleted({ connection: 'connection-2' }), { logger: last.logger }),
      world.database,
    );
    expect(last.lines).toEqual([
      ['rows of the connection removed', expect.objectContaining({ customerId: 'customer-1', rows: 3 })],
    ]);
  });

  test('a count is one line of metrics', () => {
    const stdout = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    countOne(Metric.SYNCS_UNMAPPED);
    const lines = stdout.mock.calls.map(([text]) => JSON.parse(String(text)));
    stdout.mockRestore();
    expect(lines).toEqual([expect.objectContaining({ SyncsUnmapped: 1 })]);
  });
}
