import type { Transaction } from '../database.ts';
import type { Mapping } from './mapping.ts';
import { inApplication, type Schemas, supaglueTable, textOf } from './sql.ts';
import type { Source } from './watermark.ts';

/**
 * Removes rows that Supaglue has marked as deleted, whenever that was: after a full run it marks what it did not see
 * without moving a time, and for some providers in no other way. One walk along the primary key over the customer's
 * rows; docs/use-cases.md shows its plan and its cost.
 *
 * @param after - id of the last row that an earlier step has looked at
 * @returns the id to go on after; `undefined` at the end
 */
export async function sweepDeleted(
  tx: Transaction,
  source: Source,
  { target }: Mapping,
  { after, batchRows }: { readonly after: string; readonly batchRows: number },
  schemas: Schemas,
): Promise<string | undefined> {
  const { id, isDeleted } = source.layout;
  const { rows } = await tx.query(
    inApplication(
      `with gone as materialized (
         select ${id} as id from ${supaglueTable(source)}
         where _supaglue_application_id = $1 and _supaglue_customer_id = $2 and _supaglue_provider_name = $3
           and ${isDeleted} and ${id} > $5::text
         order by ${id} limit $6
       ), removed as (
         delete from :"application".${target}
         where application_id = $1 and customer_id = $2 and provider_name = $3 and source = $4
           and id = any (array(select id from gone))
       )
       select max(id) as last from gone having count(*) = $6`,
      schemas,
    ),
    [source.applicationId, source.customerId, source.providerName, source.source, after, batchRows],
  );
  return textOf(rows[0], 'last');
}
