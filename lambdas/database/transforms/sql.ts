import type { Database } from '../database.ts';
import type { Layout } from './layout.ts';

/** The schemas of a database; their names are checked when it is configured. */
export type Schemas = Pick<Database, 'applicationSchema' | 'supaglueSchema'>;

/** One of Supaglue's tables, or a view of it. */
export interface SupaglueTable {
  /** Any text: Supaglue quotes it, too. */
  readonly schema: string;
  readonly table: string;
}

/** A table whose rows become the application's. */
export interface SourceTable extends SupaglueTable {
  /** What the application's rows and the watermark carry: the table's name, with the schema where it is not the configured one. */
  readonly source: string;
  readonly layout: Layout;
}

/** A table of Supaglue's, ready for SQL: whatever its name holds, it is one name. */
export function supaglueTable({ schema, table }: SupaglueTable): string {
  return `${quoted(schema)}.${quoted(table)}`;
}

/** How the rows of a table are marked in the application's schema. */
export function sourceOf({ schema, table }: SupaglueTable, { supaglueSchema }: Schemas): string {
  return schema === supaglueSchema ? table : `${schema}.${table}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text of a column, `undefined` for NULL. */
export function textOf(
  row: Readonly<Record<string, unknown>> | undefined,
  column: string,
): string | undefined {
  const value = row?.[column];
  return typeof value === 'string' ? value : undefined;
}

/** Texts of a column, without what is NULL. */
export function textsOf(rows: readonly Readonly<Record<string, unknown>>[], column: string): string[] {
  return rows.flatMap((row) => textOf(row, column) ?? []);
}
