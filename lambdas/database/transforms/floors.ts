import type { Transaction } from '../database.ts';
import { SCOPE_COLUMNS } from './layout.ts';
import { type ApplicationDatabase, targetsOf } from './mapping.ts';
import type { Scope } from './scope.ts';
import { type Schemas, type SupaglueTable, sourceOf, supaglueTable, textOf, textsOf } from './sql.ts';

export interface CustomerTable extends SupaglueTable {
  /** A view shows rows of a table that is in the list, too. */
  readonly kind: 'table' | 'view' | 'partitioned';
}

/** Schemas that a customer's rows were read from, or are said to be in. */
export async function schemasOf(
  tx: Transaction,
  { customerId, providerName }: Omit<Scope, 'applicationId'>,
  schemas: Schemas,
): Promise<string[]> {
  const { rows } = await tx.query(
    `select schema from :"application".supaglue_schemas where customer_id = $1 and provider_name = $2
       union
       select substring(source from '^(.*)[.]') from :"application".supaglue_watermarks
       where customer_id = $1 and provider_name = $2 and source like '%.%'`,
    [customerId, providerName],
  );
  return [...new Set([schemas.supaglueSchema, ...textsOf(rows, 'schema')])];
}

/** Supaglue's tables that may hold rows of this provider, by their names and columns. */
export async function supaglueTablesOf(
  tx: Transaction,
  providerName: string,
  schemas: readonly string[],
): Promise<CustomerTable[]> {
  const { rows } = await tx.query(
    `select nspname::text as schema, relname::text as name,
            case relkind when 'v' then 'view' when 'p' then 'partitioned' else 'table' end as kind
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = any ($1::text[]) and relkind in ('r', 'v', 'p') and not relispartition
       and (starts_with(relname, $3) or relname ~ '^(entity_|crm_|engagement_)' or relname = 'custom_objects')
       and (select count(*) from pg_attribute where attrelid = pg_class.oid and attname = any ($2::text[])) = $4
       and has_schema_privilege(pg_namespace.oid, 'usage') and has_table_privilege(pg_class.oid, 'select')
     order by nspname, relname`,
    [schemas, SCOPE_COLUMNS, `${providerName}_`, SCOPE_COLUMNS.length],
  );
  return rows.map((row) => ({
    schema: textOf(row, 'schema') ?? '',
    table: textOf(row, 'name') ?? '',
    kind: textOf(row, 'kind') as CustomerTable['kind'],
  }));
}

/**
 * Notes up to where the rows of a deleted connection reach, from the application's tables and from the given ones
 * of Supaglue's. No pass reads below it, and the clean-up removes what is below. Times are those that Supaglue
 * wrote into the rows: no two clocks are compared.
 */
export async function setFloors(
  tx: Transaction,
  { applicationId, customerId, providerName }: Scope,
  { tables }: { readonly tables: readonly SupaglueTable[] },
  database: ApplicationDatabase,
): Promise<void> {
  const latest = [
    ...targetsOf(database.transforms).map(
      (target) =>
        `select source, max(emitted_at) as emitted_at from :"application".${target}
         where application_id = $1 and customer_id = $2 and provider_name = $3 group by source`,
    ),
    ...tables.map(
      (table, index) =>
        `select ($4::text[])[${index + 1}], max(_supaglue_emitted_at) from ${supaglueTable(table)}
         where _supaglue_application_id = $1 and _supaglue_customer_id = $2 and _supaglue_provider_name = $3`,
    ),
  ];
  await tx.query(
    `insert into :"application".supaglue_watermarks as mark
         (application_id, customer_id, provider_name, source, floor_emitted_at)
       select $1, $2, $3, source, max(emitted_at) from (${latest.join(' union all ')}) as latest
       where emitted_at is not null and cardinality($4::text[]) >= 0 group by source
       on conflict (application_id, customer_id, provider_name, source) do update set
         floor_emitted_at = greatest(mark.floor_emitted_at, excluded.floor_emitted_at),
         modified_at = default, emitted_at = default, everything_by = null,
         pass_by = null, pass_everything = null, since_modified_at = null, since_emitted_at = null,
         next_modified_at = null, next_emitted_at = null, cursor_modified_at = null, cursor_id = null`,
    [applicationId, customerId, providerName, tables.map((table) => sourceOf(table, database))],
  );
}
