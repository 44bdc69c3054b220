import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backfillObject } from '../../../lambdas/database/use-cases/backfill-object.ts';
import { createCleanUpConnection } from '../../../lambdas/database/use-cases/clean-up-connection.ts';
import { noteConnection } from '../../../lambdas/database/use-cases/note-connection.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import * as events from './events.ts';
import { handling, type World } from './world.ts';

export function customersApartSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });

  // One is a part of the other, and both hold what LIKE would take for a pattern.
  const CUSTOMERS = ['acme_%', 'acme_%:1'] as const;
  const KINDS = [
    'write',
    'write-entity',
    'sync',
    'sync-entity',
    'delete',
    'create',
    'backfill',
    'unmap',
  ] as const;

  const step = fc.record({
    customer: fc.constantFrom(...CUSTOMERS),
    provider: fc.constantFrom('hubspot', 'salesforce'),
    kind: fc.constantFrom(...KINDS),
    connection: fc.integer({ min: 1, max: 2 }),
    rows: fc.integer({ min: 1, max: 5 }),
    isDeleted: fc.boolean(),
  });
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  /** A run is some sixty handled events. */
  const RUNS = Number(process.env['DATABASE_TEST_RUNS'] ?? 3);
  /** At most; a server of one's own waits for its disk at each commit. */
  const RUN_MS = 20_000;

  const small = { batchRows: 2 };

  /** @param minute - of the whole sequence, so that the rows are the same whoever else is there */
  async function take({ customer, provider, kind, connection, rows, isDeleted }: Step, minute: number) {
    const whose = { customer, provider, connection: `${customer}/${provider}/${connection}` };
    const given = <Event>(event: Event) => handling(event, { eventId: `msg_${minute}` });
    const written = {
      customerId: customer,
      providerName: provider,
      to: rows,
      modifiedMinute: minute,
      isDeleted,
    };
    const { database } = world;
    switch (kind) {
      case 'write':
        return world.seed({ ...written, table: `${provider}_contact` });
      case 'write-entity':
        return world.seed({ ...written, table: 'entity_lead_source' });
      case 'sync':
        return transformSyncedData(given(events.objectSynced(whose)), database, small);
      case 'sync-entity':
        return transformSyncedData(given(events.entitySynced(whose)), database, small);
      case 'delete':
        return createCleanUpConnection(isDeleted)(given(events.connectionDeleted(whose)), database, small);
      case 'create':
        return noteConnection(given(events.connectionCreated(whose)), database);
      case 'backfill':
        return backfillObject(given(events.fieldsMapped(whose)), database, small);
      case 'unmap':
        return rebuildEntity(given(events.entityDeleted(whose)), database, small);
    }
  }

  async function play(steps: readonly (readonly [Step, number])[]): Promise<void> {
    await world.reset();
    for (const [each, minute] of steps) await take(each, minute);
  }

  async function rowsOf(customer: string) {
    const { applicationSchema, supaglueSchema } = world.postgres;
    const own = async (table: string, column: string) =>
      world.rows(`select to_jsonb(t)::text as row from ${table} as t where ${column} = $1 order by 1`, [
        customer,
      ]);
    return {
      contacts: await own(`${applicationSchema}.contacts`, 'customer_id'),
      entities: await own(`${applicationSchema}.entities`, 'customer_id'),
      source: await own(`${supaglueSchema}.hubspot_contact`, '_supaglue_customer_id'),
      entitySource: await own(`${supaglueSchema}.entity_lead_source`, '_supaglue_customer_id'),
    };
  }

  test(
    "whatever happens to one customer, the other's rows are as if it were alone",
    async () => {
      let rows = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
          // Each begins with rows and syncs: short sequences would rarely get so far.
          const begun = CUSTOMERS.flatMap((customer) =>
            (['write', 'write-entity', 'sync', 'sync-entity'] as const).map(
              (kind): Step => ({
                customer,
                provider: 'hubspot',
                kind,
                connection: 1,
                rows: 5,
                isDeleted: false,
              }),
            ),
          );
          const numbered = [...begun, ...steps].map((each, minute) => [each, minute * 10] as const);
          await play(numbered);
          const together = await Promise.all(CUSTOMERS.map(rowsOf));
          for (const [index, customer] of CUSTOMERS.entries()) {
            // An entity's name is known to all customers: each has told it in its first steps.
            await play(numbered.filter(([each]) => each.customer === customer));
            const alone = await rowsOf(customer);
            expect(together[index]).toEqual(alone);
            rows += alone.contacts.length + alone.entities.length;
          }
        }),
        { numRuns: RUNS },
      );
      expect(rows).toBeGreaterThan(0);
    },
    RUN_MS * RUNS,
  );
}
