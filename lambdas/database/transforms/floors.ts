import type { Transaction } from '../database.ts';
import { type ApplicationDatabase, targetsOf } from './mapping.ts';
import type { Scope } from './scope.ts';
import { inApplication, type Schemas, supaglueTable, textOf } from './sql.ts';

const COLUMNS = [
  '_supaglue_application_id',
  '_supaglue_customer_id',
  '_supaglue_provider_name',
  '_supaglue_emitted_at',
];

/** Supaglue's tables that may hold rows of this provider, by their names and columns. */
export async function supaglueTablesOf(
  tx: Transaction,
  providerName: string,
  { supaglueSchema }: Schemas,
): Promise<string[]> {
  const { rows } = await tx.query(
    `select table_name::text as name from information_schema.columns
     where table_schema = $1 and column_name = any ($2::text[])
       and (starts_with(table_name, $3) or starts_with(table_name, 'entity_') or table_name = 'custom_objects')
     group by table_name having count(*) = $4 order by table_name`,
    [supaglueSchema, COLUMNS, `${providerName}_`, COLUMNS.length],
  );
  return rows.flatMap((row) => textOf(row, 'name') ?? []);
}

/**
 * Notes up to where the rows of a deleted connection reach, from the application's tables and from the given ones
 * of Supaglue's. No pass reads below it, and the clean-up removes what is below. Times are those that Supaglue
 * wrote into the rows: no two clocks are compared.
 */
export async function setFloors(
  tx: Transaction,
  { applicationId, customerId, providerName }: Scope,
  { tables }: { readonly tables: readonly string[] },
  database: ApplicationDatabase,
): Promise<void> {
  const latest = [
    ...targetsOf(database.transforms).map(
      (target) =>
        `select source, max(emitted_at) as emitted_at from :"application".${target}
         where application_id = $1 and customer_id = $2 and provider_name = $3 group by source`,
    ),
    ...tables.map(
      (table) =>
        `select '${table}', max(_supaglue_emitted_at) from ${supaglueTable(table, database)}
         where _supaglue_application_id = $1 and _supaglue_customer_id = $2 and _supaglue_provider_name = $3`,
    ),
  ];
  await tx.query(
    inApplication(
      `insert into :"application".supaglue_watermarks as mark
         (application_id, customer_id, provider_name, source, floor_emitted_at)
       select $1, $2, $3, source, max(emitted_at) from (${latest.join(' union all ')}) as latest
       where emitted_at is not null group by source
       on conflict (application_id, customer_id, provider_name, source) do update set
         floor_emitted_at = greatest(mark.floor_emitted_at, excluded.floor_emitted_at),
         modified_at = default, emitted_at = default, everything_by = null,
         pass_by = null, pass_everything = null, since_modified_at = null, since_emitted_at = null,
         next_modified_at = null, next_emitted_at = null, cursor_modified_at = null, cursor_id = null`,
      database,
    ),
    [applicationId, customerId, providerName],
  );
}
