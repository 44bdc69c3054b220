import { beforeAll, expect, test } from '@jest/globals';
import { DatabaseError } from '../../../lambdas/database/database-error.ts';
import type { SupaglueApi } from '../../../lambdas/database/supaglue/api.ts';
import type { ApplicationDatabase } from '../../../lambdas/database/transforms/mapping.ts';
import { backfillObject } from '../../../lambdas/database/use-cases/backfill-object.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { noteConnection } from '../../../lambdas/database/use-cases/note-connection.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { NotYetError } from '../../../lambdas/router/index.ts';
import * as events from './events.ts';
import { databaseOf, handling, type World } from './world.ts';

export function interruptedSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });

  const small = { batchRows: 3 };

  interface Case {
    readonly name: string;
    prepare(): Promise<void>;
    run(database: ApplicationDatabase, attempt: number): Promise<void>;
  }

  /** Says yes, and knows of no run. */
  function fullSyncStarts(): SupaglueApi {
    return async ({ path }) => (path === '/syncs/_trigger' ? {} : { results: [] });
  }

  const onlyNotYet = (error: unknown) => {
    if (!(error instanceof NotYetError)) throw error;
  };

  async function someRows(): Promise<void> {
    await world.seed({ to: 5 });
    await world.seed({ from: 2, to: 2, modifiedMinute: 1, isDeleted: true });
    await world.seed({ to: 2, customerId: 'customer-2' });
    await world.seed({ table: 'entity_lead_source', to: 3, mapped: { score: 1 } });
  }

  async function someSyncs(): Promise<void> {
    await someRows();
    await transformSyncedData(handling(events.objectSynced()), world.database);
    await transformSyncedData(handling(events.entitySynced()), world.database);
    await transformSyncedData(
      handling(events.objectSynced({ customer: 'customer-2', connection: 'connection-2' })),
      world.database,
    );
  }

  const context = <Event>(event: Event, attempt: number) => handling(event, { attempt, eventId: 'msg_case' });

  const cases: readonly Case[] = [
    {
      name: 'transform-synced-data, an object',
      prepare: someRows,
      run: (database, attempt) =>
        transformSyncedData(context(events.objectSynced(), attempt), database, small),
    },
    {
      name: 'transform-synced-data, an entity',
      prepare: someRows,
      run: (database, attempt) =>
        transformSyncedData(context(events.entitySynced(), attempt), database, small),
    },
    {
      name: 'clean-up-connection',
      prepare: someSyncs,
      run: (database, attempt) =>
        createCleanUpConnection(true)(context(events.connectionDeleted(), attempt), database, small),
    },
    {
      name: 'backfill-object',
      prepare: someSyncs,
      run: (database, attempt) =>
        backfillObject(
          context(events.fieldsMapped(), attempt),
          { ...database, supaglue: fullSyncStarts() },
          small,
        ).catch(onlyNotYet),
    },
    {
      name: 'rebuild-entity, created',
      prepare: someSyncs,
      run: (database, attempt) => rebuildEntity(context(events.entityCreated(), attempt), database, small),
    },
    {
      name: 'rebuild-entity, deleted',
      prepare: someSyncs,
      run: (database, attempt) => rebuildEntity(context(events.entityDeleted(), attempt), database, small),
    },
    {
      name: 'note-connection',
      prepare: someSyncs,
      run: (database, attempt) => noteConnection(context(events.connectionCreated(), attempt), database),
    },
  ];

  test.each(cases)(
    '$name: killed at each statement, and run once more, it ends as one clean run',
    async (each) => {
      await prepare(each);
      const clean = await endOf(each, (run) => run(world.database, 1));
      const twice = await endOf(each, async (run) => {
        await run(world.database, 1);
        await run(world.database, 1);
      });
      expect(twice).toEqual(clean);

      let kills = 0;
      for (let statement = 1; ; statement++) {
        const killed = killedAt(world.database, statement);
        const end = await endOf(each, async (run) => {
          await run(killed.database, 1).catch(onlyThe(KILLED));
          await run(world.database, 2);
        });
        expect({ statement, ...end }).toEqual({ statement, ...clean });
        if (!killed.happened()) break;
        kills++;
      }
      process.stdout.write(`${each.name}: killed at each of ${kills} statements and commits\n`);
      expect(kills).toBeGreaterThan(0);
    },
  );

  test.each(cases.slice(0, 4))('$name: it survives a connection that is really dropped', async (each) => {
    await prepare(each);
    const clean = await endOf(each, (run) => run(world.database, 1));
    for (const cut of [1, 4, 9, 15]) {
      let statements = 0;
      const database = databaseOf(world.postgres, { cuts: () => ++statements === cut });
      const end = await endOf(each, async (run) => {
        await run(database, 1).catch((error: unknown) => {
          expect(error).toBeInstanceOf(DatabaseError);
          expect(error).toMatchObject({ retryable: true });
        });
        // The same database: it opens a new connection.
        await run(database, 2);
      });
      expect(end).toEqual(clean);
    }
  });

  async function prepare(each: Case): Promise<void> {
    await world.reset();
    await each.prepare();
    await world.keep();
  }

  async function endOf(each: Case, work: (run: Case['run']) => Promise<void>) {
    await world.restore();
    await work((database, attempt) => each.run(database, attempt));
    return world.snapshot();
  }

  const KILLED = 'killed by the test';

  function onlyThe(message: string) {
    return (error: unknown) => {
      if (!(error instanceof Error && error.message === message)) throw error;
    };
  }

  /** Dies before its `statement`-th statement, or right after a commit, which is counted as one. */
  function killedAt(database: ApplicationDatabase, statement: number) {
    let reached = 0;
    const die = () => {
      if (++reached === statement) throw new Error(KILLED);
    };
    const killed: ApplicationDatabase = {
      ...database,
      async transaction(work, bounds) {
        const result = await database.transaction(
          (tx) =>
            work({
              query(text, values) {
                die();
                return tx.query(text, values);
              },
            }),
          bounds,
        );
        die();
        return result;
      },
    };
    return { database: killed, happened: () => reached >= statement };
  }
}
