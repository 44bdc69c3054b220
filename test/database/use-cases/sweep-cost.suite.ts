import { beforeAll, expect, test } from '@jest/globals';
import type { Transaction } from '../../../lambdas/database/database.ts';
import { RECORDS } from '../../../lambdas/database/transforms/layout.ts';
import { sweepDeleted } from '../../../lambdas/database/transforms/sweep.ts';
import { APPLICATION, bounds, type World } from './world.ts';

/** Shown in docs/use-cases.md, from a run with DATABASE_TEST_SWEEP_ROWS=1000000 on a real PostgreSQL. */
export function sweepCostSuite(given: () => World): void {
  const ROWS = Number(process.env['DATABASE_TEST_SWEEP_ROWS'] ?? 2_000);
  const DELETED = ROWS / 100;

  /** A plan shows each id of a list. */
  const MAX_LINE = 240;

  let world: World;
  beforeAll(() => {
    world = given();
  });

  test(
    `of ${ROWS} rows those that were marked without moving a time are found, with an index and without`,
    async () => {
      const { supaglueSchema, applicationSchema } = world.postgres;
      await world.reset();
      const raw = { firstname: 'Ada', note: 'x'.repeat(500) };
      await world.seed({ to: ROWS, raw });
      await world.seed({ to: ROWS / 10, raw, customerId: 'customer-2' });
      await world.rows(
        `insert into ${applicationSchema}.contacts (application_id, customer_id, provider_name, id, source, modified_at, emitted_at)
         select _supaglue_application_id, _supaglue_customer_id, _supaglue_provider_name, _supaglue_id, 'hubspot_contact',
           _supaglue_last_modified_at, _supaglue_emitted_at from ${supaglueSchema}.hubspot_contact`,
      );
      const mark = `update ${supaglueSchema}.hubspot_contact set _supaglue_is_deleted = true
        where substring(_supaglue_id from 5)::int <= ${DELETED}`;
      await world.rows(mark);
      await world.rows(`analyze ${supaglueSchema}.hubspot_contact`);

      const explain = async (when: string) => {
        const source = {
          applicationId: APPLICATION,
          customerId: 'customer-1',
          providerName: 'hubspot',
          schema: supaglueSchema,
          table: 'hubspot_contact',
          source: 'hubspot_contact',
          layout: RECORDS,
        };
        const lines: string[] = [];
        const startedAtMs = performance.now();
        await world.database.transaction(
          async (tx) => {
            const explaining: Transaction = {
              async query(text, values) {
                // EXPLAIN gives no row of the statement: it is done once more. A deletion twice would be none.
                const explain = text.trimStart().startsWith('delete')
                  ? 'explain (costs off)'
                  : 'explain (analyze, costs off)';
                const plan = await tx.query(`${explain} ${text}`, values);
                lines.push(...plan.rows.map((row) => String(row['QUERY PLAN']).slice(0, MAX_LINE)));
                return tx.query(text, values);
              },
            };
            const step = { after: '', batchRows: ROWS };
            await sweepDeleted(explaining, source, { target: 'contacts', sql: '' }, step);
          },
          bounds(10 * 60_000),
        );
        const tookMs = performance.now() - startedAtMs;
        process.stdout.write(`${when}: ${tookMs.toFixed(0)} ms\n${lines.join('\n')}\n`);
      };
      await explain('without an index, nothing seen before');
      const [left] = await world.rows(
        `select count(*)::int as rows from ${applicationSchema}.contacts where customer_id = 'customer-1'`,
      );
      expect(left?.['rows']).toBe(ROWS - DELETED);
      await explain('without an index, nothing new');
      await world.rows(
        `create index sweep on ${supaglueSchema}.hubspot_contact (_supaglue_application_id, _supaglue_provider_name,
           _supaglue_customer_id, _supaglue_id) where _supaglue_is_deleted`,
      );
      await world.rows(`analyze ${supaglueSchema}.hubspot_contact`);
      await explain('with an index, nothing new');
      await world.rows(`drop index ${supaglueSchema}.sweep`);
      await world.reset();
    },
    15 * 60_000,
  );
}
