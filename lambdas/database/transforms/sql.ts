import type { Database } from '../database.ts';

const TABLE_NAME = /^\w{1,63}$/;

/** The schemas of a database; their names are checked when it is configured. */
export type Schemas = Pick<Database, 'applicationSchema' | 'supaglueSchema'>;

/** Puts the application's schema where the file says `:"application"`, as psql does with `-v application=...`. */
export function inApplication(sql: string, { applicationSchema }: Schemas): string {
  return sql.replaceAll(':"application"', `"${applicationSchema}"`);
}

/**
 * A table of Supaglue's, ready for SQL.
 *
 * @throws {RangeError} when the name could be anything but a plain table's
 */
export function supaglueTable(table: string, { supaglueSchema }: Schemas): string {
  if (!TABLE_NAME.test(table)) throw new RangeError(`${JSON.stringify(table)} is no table name`);
  return `"${supaglueSchema}"."${table}"`;
}

/** Text of a column, `undefined` for NULL. */
export function textOf(
  row: Readonly<Record<string, unknown>> | undefined,
  column: string,
): string | undefined {
  const value = row?.[column];
  return typeof value === 'string' ? value : undefined;
}
