import type { Database } from '../database.ts';

/**
 * How the rows of one of Supaglue's tables become rows of the application's.
 *
 * `sql` is one INSERT ... SELECT ... ON CONFLICT that reads from `batch`, with the columns `application_id`,
 * `customer_id`, `provider_name`, `id`, `raw`, `mapped`, `is_deleted`, `modified_at`, `emitted_at` and `source`.
 * It holds no WHERE for customer or time: `batch` is bound to them. Rows that Supaglue has marked as deleted are
 * removed from `target` beside it.
 */
export interface Mapping {
  /** Table in Supaglue's schema. */
  readonly source: string;
  /** Table in the application's schema, with the columns `application_id`, `customer_id`, `provider_name`, `id`, `source`, `modified_at` and `emitted_at`. */
  readonly target: string;
  readonly sql: string;
}

export interface ObjectMapping extends Mapping {
  readonly providerName: string;
  /** As Supaglue's events name it, in lower case and the singular. */
  readonly object: string;
}

/** What an application makes of Supaglue's rows. */
export interface Transforms {
  /**
   * Statements that create the application's tables, as psql takes them: `:"application"` stands for the schema,
   * each statement ends with a semicolon at the end of a line, each table is made by `create table if not exists`.
   */
  readonly schema: string;
  /** One for each object of a provider; what has none is not transformed. */
  readonly objects: readonly ObjectMapping[];
  /** Entities need no mapping of their own: all go to one table. */
  readonly entities: Pick<Mapping, 'target' | 'sql'>;
}

/** The application's database, and what is written into it. */
export interface ApplicationDatabase extends Database {
  readonly transforms: Transforms;
}

/** Names that Supaglue, its providers and its older versions give the same object. */
const OBJECT_NAMES: Readonly<Record<string, string>> = {
  contacts: 'contact',
  accounts: 'account',
  company: 'account',
  companies: 'account',
};

/** The application's tables with rows of customers: what a clean-up goes through. */
export function targetsOf({ objects, entities }: Transforms): readonly string[] {
  return [...new Set([...objects.map(({ target }) => target), entities.target])];
}

/** @returns `undefined` when nothing is mapped: that object is not transformed */
export function mappingOfObject(
  { objects }: Transforms,
  providerName: string,
  object: string,
): Mapping | undefined {
  const name = object.toLowerCase();
  const wanted = OBJECT_NAMES[name] ?? name;
  return objects.find((mapping) => mapping.providerName === providerName && mapping.object === wanted);
}

export function mappingOfEntity({ entities }: Transforms, source: string): Mapping {
  return { ...entities, source };
}

/** Supaglue's table for an entity: `entity_` and the name in lower case, all but letters and digits as `_`. */
export function tableOfEntity(entityName: string): string {
  return `entity_${entityName.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
}
