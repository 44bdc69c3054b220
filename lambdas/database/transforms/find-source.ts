import { NonRetryableError } from '../../router/index.ts';
import type { Transaction } from '../database.ts';
import type { MappedTable } from './mapping.ts';
import { applicationsOf, type Scope } from './scope.ts';
import { type Schemas, type SourceTable, sourceOf, textOf } from './sql.ts';

export interface Found {
  readonly source: SourceTable;
  /** Whose rows of the customer it holds; empty when it holds none. */
  readonly applications: readonly string[];
}

export interface Wanted extends MappedTable {
  readonly customer: Omit<Scope, 'applicationId'>;
  /** Where the connection's rows go, when Supaglue or the configuration says so. */
  readonly schema: string | undefined;
  /** Supaglue says that the sync had no record: then there may be no table, either. */
  readonly isEmpty: boolean;
}

/**
 * The table that holds a customer's rows. A connection may write into a schema of its own, of which no event tells:
 * where nobody says and the configured schema holds no row of the customer, the one other schema is taken that does.
 *
 * @throws {NonRetryableError} with code `managed-destination`, for a layout that is not read
 * @throws {DatabaseError} retryable, when there is no such table yet
 */
export async function findSource(tx: Transaction, wanted: Wanted, schemas: Schemas): Promise<Found> {
  const { table, layout, customer, schema = schemas.supaglueSchema, isEmpty } = wanted;
  const inSchema = (name: string): SourceTable => {
    const place = { schema: name, table };
    return { ...place, layout, source: sourceOf(place, schemas) };
  };
  const relations = await relationsOf(tx, wanted);
  const home = relations.find((relation) => relation.schema === schema);
  if (home !== undefined && !home.isComplete) throw unknownLayout(schema, table);
  const own = inSchema(schema);
  const applications = home === undefined ? [] : await applicationsOf(tx, own, customer);
  if (applications.length > 0 || isEmpty) return { source: own, applications };

  if (wanted.schema === undefined) {
    const others: Found[] = [];
    for (const { schema: other, isComplete } of relations) {
      if (!isComplete || other === schema || other === schemas.applicationSchema) continue;
      const source = inSchema(other);
      const found = await applicationsOf(tx, source, customer);
      if (found.length > 0) others.push({ source, applications: found });
    }
    const [only, ...more] = others;
    if (only !== undefined && more.length === 0) return only;
  }
  // Where there is no table PostgreSQL says so best: it fails as any other statement on it.
  return { source: own, applications: home === undefined ? await applicationsOf(tx, own, customer) : [] };
}

/** Tables and views of this name that the role may read. */
async function relationsOf(tx: Transaction, { table, layout }: MappedTable) {
  const { rows } = await tx.query(
    `select nspname::text as schema, (
       select count(*) from pg_attribute where attrelid = pg_class.oid and attname = any ($2::text[])
     ) = cardinality($2::text[]) as is_complete
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relname = $1 and relkind in ('r', 'v', 'm', 'p')
       and has_schema_privilege(pg_namespace.oid, 'usage') and has_table_privilege(pg_class.oid, 'select')
     order by nspname`,
    [table, layout.columns],
  );
  return rows.map((row) => ({
    schema: textOf(row, 'schema') ?? '',
    isComplete: row['is_complete'] === true,
  }));
}

function unknownLayout(schema: string, table: string): NonRetryableError {
  return new NonRetryableError(
    `${schema}.${table} lacks columns that Supaglue's Postgres destination writes: is it of the managed destination? That one is not read: let Supaglue sync into a Postgres destination of yours`,
    { code: 'managed-destination' },
  );
}
