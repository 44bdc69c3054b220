import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createPostgresDatabase } from '../../../lambdas/database/postgres-database.ts';
import { createSessionOpener } from '../../../lambdas/database/session-opener.ts';
import type { ApplicationDatabase } from '../../../lambdas/database/transforms/mapping.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { prepared } from '../../../lambdas/database/use-cases/open-database.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { withDatabase } from '../../../lambdas/database/use-cases/with-database.ts';
import { EventRouter } from '../../../lambdas/router/index.ts';
import { createConsumerHarness, redelivered } from '../../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';
import { connectionDeleted, objectSynced } from './events.ts';
import { APPLICATION, type World } from './world.ts';

export function failuresSuite(given: () => World): void {
  let world: World;
  let engines: TestEngines;
  beforeAll(async () => {
    world = given();
    engines = await startEngines();
  });
  afterAll(() => engines.stopAll());
  beforeEach(() => world.reset());

  /** The handlers behind the real consumer. */
  async function consumerOn(database: ApplicationDatabase) {
    const onDatabase = withDatabase(async () => prepared(database));
    const routes = new EventRouter()
      .on(
        'sync.complete',
        'transform-synced-data',
        onDatabase(async () => transformSyncedData),
      )
      .on(
        'connection.deleted',
        'clean-up-connection',
        onDatabase(async () => createCleanUpConnection(true)),
      );
    return createConsumerHarness(engines, { routes, policy: { maxAttempts: 2 } });
  }

  function databaseWithSecret(secret: string): ApplicationDatabase {
    const database = createPostgresDatabase({
      supaglueSchema: world.postgres.supaglueSchema,
      applicationSchema: world.postgres.applicationSchema,
      openSession: createSessionOpener({ readSecret: async () => secret, nowMs: Date.now }),
      nowMs: Date.now,
    });
    return { ...database, transforms: world.database.transforms };
  }

  /** The event's way to its end: how many attempts came back, and its dead letter. */
  async function endOf(database: ApplicationDatabase, event: unknown = objectSynced()) {
    const harness = await consumerOn(database);
    await harness.send('msg_1', JSON.stringify(event));
    const [record] = await harness.receive();
    if (record === undefined) throw new Error('nothing was received');
    let retries = 0;
    for (let delivery = record; retries < 5; delivery = redelivered(delivery)) {
      const returned = await harness.run([delivery]);
      if (returned.length === 0) break;
      retries++;
      harness.clock.advance(60 * 60_000);
    }
    const [letter] = await harness.deadLetters();
    return { retries, failure: letter?.failure };
  }

  test.each([
    ['a secret that is none', 'nonsense', /database secret cannot be used/],
    [
      'a refused connection',
      'postgres://user:hidden-password@127.0.0.1:1/db?sslmode=disable',
      /ECONNREFUSED/,
    ],
  ])('%s is retried, then explains itself', async (_, secret, message) => {
    const { retries, failure } = await endOf(databaseWithSecret(secret));
    expect(retries).toBe(1);
    expect(failure).toMatchObject({
      reason: 'attempts-exhausted',
      handlers: [{ handler: 'transform-synced-data', error: 'DatabaseError', retryable: true }],
    });
    expect(failure?.handlers?.[0]?.message).toMatch(message);
    expect(JSON.stringify(failure)).not.toContain('hidden-password');
  });

  test('a missing table is waited for, then explains itself', async () => {
    const { supaglueSchema } = world.postgres;
    await world.rows(`alter table ${supaglueSchema}.hubspot_contact rename to gone`);
    try {
      const { retries, failure } = await endOf(world.database);
      expect(retries).toBe(1);
      expect(failure?.handlers?.[0]).toMatchObject({ code: 'sql-42P01', retryable: true });
      expect(failure?.handlers?.[0]?.message).toContain('hubspot_contact');
    } finally {
      await world.rows(`alter table ${supaglueSchema}.gone rename to hubspot_contact`);
    }
  });

  test('an error in the SQL is dead-lettered at once', async () => {
    const { applicationSchema } = world.postgres;
    await world.seed({ to: 3 });
    await world.rows(`alter table ${applicationSchema}.contacts rename column phone to telephone`);
    try {
      const { retries, failure } = await endOf(world.database);
      expect(retries).toBe(0);
      expect(failure).toMatchObject({ reason: 'permanent' });
      expect(failure?.handlers?.[0]).toMatchObject({ code: 'sql-42703', retryable: false });
      expect(failure?.handlers?.[0]?.message).toContain('"phone"');
    } finally {
      await world.rows(`alter table ${applicationSchema}.contacts rename column telephone to phone`);
    }
  });

  test('a sync that comes after the deletion of its connection completes, and brings nothing back', async () => {
    await world.seed({ to: 3 });
    const { stored_customer_id: stored, ...deleted } = connectionDeleted();
    expect(stored).toBe(`${APPLICATION}:customer-1`);
    expect(await endOf(world.database)).toEqual({ retries: 0, failure: undefined });
    const contacts = `select count(*)::int as rows from ${world.postgres.applicationSchema}.contacts`;
    expect(await world.rows(contacts)).toEqual([{ rows: 3 }]);
    expect(await endOf(world.database, { ...deleted, customer_id: stored })).toEqual({
      retries: 0,
      failure: undefined,
    });
    expect(await world.rows(contacts)).toEqual([{ rows: 0 }]);
    await world.seed({ to: 3, modifiedMinute: 600 });
    expect(await endOf(world.database)).toEqual({ retries: 0, failure: undefined });
    expect(await world.rows(contacts)).toEqual([{ rows: 0 }]);
  });
}
