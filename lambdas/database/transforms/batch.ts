import type { Transaction } from '../database.ts';
import type { Mapping } from './mapping.ts';
import { inApplication, type Schemas, supaglueTable, textOf } from './sql.ts';
import type { Pass, RowKey, Source } from './watermark.ts';

/** Rows of one transaction. They never leave PostgreSQL: the function's memory does not grow with them. */
export const BATCH_ROWS = 5_000;

/** Parameters $1 to $8; $9 and $10 close the batch. */
const FROM_THE_CURSOR = `
  _supaglue_application_id = $1 and _supaglue_customer_id = $2 and _supaglue_provider_name = $3
  and _supaglue_emitted_at > $4::timestamp
  and (_supaglue_last_modified_at >= $5::timestamp or _supaglue_emitted_at >= $6::timestamp)
  and (_supaglue_last_modified_at, _supaglue_id) > ($7::timestamp, $8::text)`;
const TO_THE_END = 'and (_supaglue_last_modified_at, _supaglue_id) <= ($9::timestamp, $10::text)';

function parametersOf({ applicationId, customerId, providerName }: Source, pass: Pass): string[] {
  const { floorEmittedAt, sinceModifiedAt, sinceEmittedAt, cursor } = pass;
  const times = [floorEmittedAt, sinceModifiedAt, sinceEmittedAt];
  return [applicationId, customerId, providerName, ...times, cursor.modifiedAt, cursor.id];
}

/** The last row of the next batch; `undefined` when the pass is at its end. */
export async function endOfBatch(
  tx: Transaction,
  source: Source,
  pass: Pass,
  batchRows: number,
  schemas: Schemas,
): Promise<(RowKey & { readonly rows: number }) | undefined> {
  const { rows } = await tx.query(
    `with batch as (
       select _supaglue_last_modified_at, _supaglue_id from ${supaglueTable(source.source, schemas)}
       where ${FROM_THE_CURSOR} order by _supaglue_last_modified_at, _supaglue_id limit $9
     )
     select _supaglue_last_modified_at::text as modified_at, _supaglue_id as id,
            (select count(*) from batch)::int as rows
     from batch order by _supaglue_last_modified_at desc, _supaglue_id desc limit 1`,
    [...parametersOf(source, pass), batchRows],
  );
  const [modifiedAt, id, count] = [textOf(rows[0], 'modified_at'), textOf(rows[0], 'id'), rows[0]?.['rows']];
  if (modifiedAt === undefined || id === undefined) return undefined;
  return { modifiedAt, id, rows: Number(count) };
}

/** Writes what lies between the pass's cursor and `end`, and removes what Supaglue has marked as deleted. */
export async function transformBatch(
  tx: Transaction,
  {
    source,
    mapping,
    pass,
    end,
  }: {
    readonly source: Source;
    readonly mapping: Mapping;
    readonly pass: Pass;
    readonly end: RowKey;
  },
  schemas: Schemas,
): Promise<void> {
  const table = supaglueTable(mapping.source, schemas);
  const parameters = [...parametersOf(source, pass), end.modifiedAt, end.id, mapping.source];
  await tx.query(
    inApplication(
      `with batch as materialized (
         select _supaglue_application_id as application_id, _supaglue_customer_id as customer_id,
                _supaglue_provider_name as provider_name, _supaglue_id as id,
                _supaglue_raw_data as raw, _supaglue_mapped_data as mapped, _supaglue_is_deleted as is_deleted,
                _supaglue_last_modified_at as modified_at, _supaglue_emitted_at as emitted_at, $11::text as source
         from ${table} where ${FROM_THE_CURSOR} ${TO_THE_END}
       )
       ${mapping.sql}`,
      schemas,
    ),
    parameters,
  );
  await tx.query(
    inApplication(
      // By an array: the primary key is used whatever the planner knows of the tables. As a join it was seen to
      // compare all rows with all while the tables were new to it.
      `delete from :"application".${mapping.target}
       where application_id = $1 and customer_id = $2 and provider_name = $3 and source = $11::text
         and id = any (array(
           select _supaglue_id from ${table} where ${FROM_THE_CURSOR} ${TO_THE_END} and _supaglue_is_deleted
         ))`,
      schemas,
    ),
    parameters,
  );
}
