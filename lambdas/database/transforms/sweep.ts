import type { Transaction } from '../database.ts';
import type { Mapping } from './mapping.ts';
import { supaglueTable, textsOf } from './sql.ts';
import type { Source } from './watermark.ts';

/**
 * Removes rows that Supaglue has marked as deleted, whenever that was: after a full run it marks what it did not see
 * without moving a time, and for some providers in no other way. It reads the customer's rows once;
 * docs/use-cases.md shows its plan and its cost.
 *
 * @param after - id of the last row that an earlier step has removed
 * @returns the id to go on after; `undefined` at the end
 */
export async function sweepDeleted(
  tx: Transaction,
  source: Source,
  { target }: Mapping,
  { after, batchRows }: { readonly after: string; readonly batchRows: number },
): Promise<string | undefined> {
  const { id, isDeleted } = source.layout;
  const { rows } = await tx.query(
    // A look for each row that is marked: as a join it was seen to compare all rows with all while the tables were
    // new to the planner.
    `select record.${id} as id from ${supaglueTable(source)} as record
       where _supaglue_application_id = $1 and _supaglue_customer_id = $2 and _supaglue_provider_name = $3
         and record.${isDeleted} and record.${id} > $5::text
         and (
           select kept.id from :"application".${target} as kept
           where kept.application_id = $1 and kept.customer_id = $2 and kept.provider_name = $3
             and kept.source = $4 and kept.id = record.${id}
         ) is not null
       order by record.${id} limit $6`,
    [source.applicationId, source.customerId, source.providerName, source.source, after, batchRows],
  );
  const ids = textsOf(rows, 'id');
  await removeIds(tx, source, target, ids);
  return ids.length < batchRows ? undefined : ids.at(-1);
}

/** Removes one source's rows by their ids. */
export async function removeIds(
  tx: Transaction,
  { applicationId, customerId, providerName, source }: Source,
  target: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    // The ids as a value: PostgreSQL plans for their number, or compares by a hash. An array that a subquery gives
    // it was seen to compare with every row of the customer, one by one (231 s for 10,000 ids and 10^6 rows).
    `delete from :"application".${target}
       where application_id = $1 and customer_id = $2 and provider_name = $3 and source = $4
         and id = any ($5::text[])`,
    [applicationId, customerId, providerName, source, ids],
  );
}
