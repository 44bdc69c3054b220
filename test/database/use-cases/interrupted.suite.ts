import { beforeAll, expect, test } from '@jest/globals';
import { DatabaseError } from '../../../lambdas/database/database-error.ts';
import type { SupaglueApi } from '../../../lambdas/database/supaglue/api.ts';
import type { ApplicationDatabase } from '../../../lambdas/database/transforms/mapping.ts';
import { backfillObject } from '../../../lambdas/database/use-cases/backfill-object.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { noteConnection } from '../../../lambdas/database/use-cases/note-connection.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { type EventName, EventRouter, NotYetError } from '../../../lambdas/router/index.ts';
import { type DoEffect, exploreCrashes, type Tools } from '../../../testing/index.ts';
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
    readonly event: { readonly webhook_event_type: EventName; readonly stored_customer_id?: string };
    prepare(): Promise<void>;
    run(context: never, database: ApplicationDatabase, options: typeof small): Promise<void>;
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

  type Row = [Case['prepare'], string, Case['event'], Case['run']];
  const after = (...[prepare, name, event, run]: Row): Case => ({ prepare, name, event, run });
  const cases: readonly Case[] = [
    after(someRows, 'transform-synced-data, an object', events.objectSynced(), transformSyncedData),
    after(someRows, 'transform-synced-data, an entity', events.entitySynced(), transformSyncedData),
    after(someSyncs, 'clean-up-connection', events.connectionDeleted(), createCleanUpConnection(true)),
    after(someSyncs, 'backfill-object', events.fieldsMapped(), (context, database, options) =>
      backfillObject(context, { ...database, supaglue: fullSyncStarts() }, options).catch(onlyNotYet),
    ),
    after(someSyncs, 'rebuild-entity, created', events.entityCreated(), rebuildEntity),
    after(someSyncs, 'rebuild-entity, deleted', events.entityDeleted(), rebuildEntity),
    after(someSyncs, 'note-connection', events.connectionCreated(), noteConnection),
  ];

  /** Each statement, and each transaction as a whole, is an effect: a crash closes the connection. */
  const recorded = (database: ApplicationDatabase, effect: DoEffect): ApplicationDatabase => ({
    ...database,
    transaction: (work, bounds) =>
      effect('transaction', () =>
        database.transaction(
          (tx) => work({ query: (text, values) => effect(text, () => tx.query(text, values)) }),
          bounds,
        ),
      ),
  });

  test.each(cases)('$name: killed at each statement and commit, it ends as one clean run', async (each) => {
    await prepare(each);
    let close = () => {};
    const open = () =>
      databaseOf(world.postgres, {
        cuts: () => false,
        opened: (closes) => {
          close = closes;
        },
      });
    let database = open();
    // A new process has none of what the dead one waits for.
    const onCrash = () => {
      close();
      database = open();
    };
    const router = ({ effect }: Tools) =>
      new EventRouter().on(each.event.webhook_event_type, 'case', (context) =>
        each.run(context as never, recorded(database, effect), small),
      );
    // As it is sent.
    const { stored_customer_id: customer_id } = each.event;
    const event = { ...each.event, ...(customer_id && { customer_id }) };
    const report = await exploreCrashes(router, event, {
      faults: ['crash-before', 'crash-after'],
      // More time than any machine needs.
      startAt: new Date(Date.now() + 600_000),
      world: { reset: world.restore, snapshot: world.snapshot, onCrash },
    });
    close();
    process.stdout.write(`${each.name}: killed before and after ${report.effects.length} effects\n`);
    expect(report.findings).toEqual([]);
    expect(report.places.length).toBeGreaterThan(0);
  });

  test.each(cases.slice(0, 4))('$name: it survives a connection that is really dropped', async (each) => {
    await prepare(each);
    const run = (database: ApplicationDatabase, attempt: number) =>
      each.run(handling(each.event, { attempt, eventId: 'msg_case' }) as never, database, small);
    const endOf = async (work: () => Promise<void>) => {
      await world.restore();
      await work();
      return world.snapshot();
    };
    const clean = await endOf(() => run(world.database, 1));
    for (const cut of [1, 4, 9, 15]) {
      let statements = 0;
      const database = databaseOf(world.postgres, { cuts: () => ++statements === cut });
      const end = await endOf(async () => {
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
}
