import type { Transaction } from '../database.ts';
import type { Layout } from './layout.ts';
import type { Mapping } from './mapping.ts';
import { supaglueTable, textOf, textsOf } from './sql.ts';
import { removeIds } from './sweep.ts';
import type { Pass, RowKey, Source } from './watermark.ts';

/**
 * Rows of one transaction. They never leave PostgreSQL, but for the ids of those to be deleted: the function's memory
 * does not grow with them.
 */
export const BATCH_ROWS = 5_000;

/** Entity field → field of the provider's record. */
export type EntityFields = Readonly<Record<string, string>>;

/** Parameters $1 to $8; $9 and $10 close the batch. */
const fromTheCursor = ({ id, modifiedAt }: Layout) => `
  _supaglue_application_id = $1 and _supaglue_customer_id = $2 and _supaglue_provider_name = $3
  and _supaglue_emitted_at > $4::timestamp
  and (${modifiedAt} >= $5::timestamp or _supaglue_emitted_at >= $6::timestamp)
  and (${modifiedAt}, ${id}) > ($7::timestamp, $8::text)`;
const toTheEnd = ({ id, modifiedAt }: Layout) => `and (${modifiedAt}, ${id}) <= ($9::timestamp, $10::text)`;

function parametersOf({ applicationId, customerId, providerName }: Source, pass: Pass): string[] {
  const { floorEmittedAt, sinceModifiedAt, sinceEmittedAt, cursor } = pass;
  const times = [floorEmittedAt, sinceModifiedAt, sinceEmittedAt];
  return [applicationId, customerId, providerName, ...times, cursor.modifiedAt, cursor.id];
}

/** The last row of the next batch; `undefined` when no changed row is left. */
export async function endOfBatch(
  tx: Transaction,
  source: Source,
  pass: Pass,
  batchRows: number,
): Promise<(RowKey & { readonly rows: number }) | undefined> {
  const { id: idColumn, modifiedAt: modifiedColumn } = source.layout;
  const { rows } = await tx.query(
    `with batch as (
       select ${modifiedColumn} as modified_at, ${idColumn} as id from ${supaglueTable(source)}
       where ${fromTheCursor(source.layout)} order by ${modifiedColumn}, ${idColumn} limit $9
     )
     select modified_at::text, id, (select count(*) from batch)::int as rows
     from batch order by batch.modified_at desc, batch.id desc limit 1`,
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
    entityFields,
  }: {
    readonly source: Source;
    readonly mapping: Mapping;
    readonly pass: Pass;
    readonly end: RowKey;
    readonly entityFields: EntityFields | undefined;
  },
): Promise<void> {
  const { layout } = source;
  const table = supaglueTable(source);
  const parameters = [...parametersOf(source, pass), end.modifiedAt, end.id];
  await tx.query(
    `with batch as materialized (
         select _supaglue_application_id as application_id, _supaglue_customer_id as customer_id,
                _supaglue_provider_name as provider_name, ${layout.id} as id,
                ${layout.raw} as raw, ${mappedBy(layout)} as mapped, ${layout.unified} as unified,
                ${layout.isDeleted} as is_deleted, ${layout.modifiedAt} as modified_at,
                _supaglue_emitted_at as emitted_at, $11::text as source
         from ${table} as record where ${fromTheCursor(layout)} ${toTheEnd(layout)}
       )
       ${mapping.sql}`,
    [...parameters, source.source, entityFields === undefined ? null : JSON.stringify(entityFields)],
  );
  const deleted = await tx.query(
    `select ${layout.id} as id from ${table}
     where ${fromTheCursor(layout)} ${toTheEnd(layout)} and ${layout.isDeleted}`,
    parameters,
  );
  const ids = textsOf(deleted.rows, 'id');
  await removeIds(tx, source, mapping.target, ids);
}

/** What Supaglue wrote, or, where it wrote nothing, the fields of $12 out of the record (HubSpot's are in `properties`). */
function mappedBy({ raw, mapped }: Layout): string {
  return `coalesce(nullif(${mapped}, '{}'::jsonb), (
    select jsonb_object_agg(field.key, coalesce(${raw} -> 'properties', ${raw}) -> field.value)
    from jsonb_each_text($12::jsonb) as field
  ), '{}'::jsonb)`;
}
