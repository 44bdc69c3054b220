import type { Transaction } from '../database.ts';
import type { ApplicationDatabase } from './mapping.ts';
import state from './state.sql';

/** Any number, the same in all versions: environments that start together take turns. */
const LOCK = 7_402_611;

/** Creates what is missing of the application's tables and our own. Where nothing is, no right to create is needed. */
export async function prepareSchema(tx: Transaction, database: ApplicationDatabase): Promise<void> {
  const schema = `${database.transforms.schema}\n${state}`;
  const tables = [...schema.matchAll(/create table if not exists :"application"\.(\w+)/g)].map(
    ([, name]) => name,
  );
  const { rows } = await tx.query(
    `select count(*)::int as present, to_regnamespace($1) is not null as schema from unnest($2::text[]) as name
     where to_regclass(name) is not null`,
    [`"${database.applicationSchema}"`, tables.map((name) => `"${database.applicationSchema}".${name}`)],
  );
  if (rows[0]?.['present'] === tables.length) return;
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
  if (rows[0]?.['schema'] !== true)
    await tx.query(`create schema if not exists "${database.applicationSchema}"`);
  for (const statement of schema.split(/;$/m)) await tx.query(statement);
}
