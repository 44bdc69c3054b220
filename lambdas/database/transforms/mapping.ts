import type { Database } from '../database.ts';
import type { SupaglueApi } from '../supaglue/api.ts';
import { COMMON, type Layout, RECORDS } from './layout.ts';
import { type CommonCategory, categoryOf, commonTable, entityTable, objectTable } from './table-name.ts';

/**
 * How the rows of one of Supaglue's tables become rows of the application's.
 *
 * `sql` is one INSERT ... SELECT ... ON CONFLICT that reads from `batch`, with the columns `application_id`,
 * `customer_id`, `provider_name`, `id`, `raw`, `mapped`, `unified`, `is_deleted`, `modified_at`, `emitted_at` and
 * `source`. It holds no WHERE for customer or time: `batch` is bound to them. Rows that Supaglue has marked as
 * deleted are removed from `target` beside it.
 *
 * `raw` is the provider's record. `mapped` holds what the customer mapped: `{}` since Supaglue 0.23, but for entities
 * when an API key is configured. `unified` holds the columns of a common object by their names, and is null else.
 */
export interface Mapping {
  /** Table in the application's schema, with the columns `application_id`, `customer_id`, `provider_name`, `id`, `source`, `modified_at` and `emitted_at`. */
  readonly target: string;
  readonly sql: string;
}

/** A standard or custom object of one provider. */
export interface ProviderObjectMapping extends Mapping {
  readonly objectType: 'standard' | 'custom';
  readonly providerName: string;
  /** As Supaglue's events name it: `company`, `Account`, `BattleCard__c`. */
  readonly object: string;
}

/** A common object of all providers of a category. */
export interface CommonObjectMapping extends Mapping {
  readonly objectType: 'common';
  readonly category: CommonCategory;
  /** `contact`, `account`, `opportunity`, ... */
  readonly object: string;
}

export type ObjectMapping = ProviderObjectMapping | CommonObjectMapping;

/** What an application makes of Supaglue's rows. */
export interface Transforms {
  /**
   * Statements that create the application's tables, as psql takes them: `:"application"` stands for the schema,
   * each statement ends with a semicolon at the end of a line, each table is made by `create table if not exists`.
   */
  readonly schema: string;
  /** One for each object; what has none is not transformed. */
  readonly objects: readonly ObjectMapping[];
  /** Entities need no mapping of their own: all go to one table. */
  readonly entities: Mapping;
}

/** The application's database, and what is written into it. */
export interface ApplicationDatabase extends Database {
  readonly transforms: Transforms;
  /** Absent without an API key. */
  readonly supaglue?: SupaglueApi | undefined;
  /** Schemas of connections that write elsewhere than the others, by connection or by customer. */
  readonly connectionSchemas?: Readonly<Record<string, string>>;
}

/** What an event names. The type is part of the name: standard and common `account` are two tables. */
export interface ObjectName {
  readonly providerName: string;
  readonly objectType: string;
  readonly object: string;
}

/** Where rows are found, in whichever schema, and what becomes of them. */
export interface MappedTable {
  readonly table: string;
  readonly layout: Layout;
  readonly mapping: Mapping;
}

/** The application's tables with rows of customers: what a clean-up goes through. */
export function targetsOf({ objects, entities }: Transforms): readonly string[] {
  return [...new Set([...objects.map(({ target }) => target), entities.target])];
}

/** @returns `undefined` when nothing is mapped, an object type that is not known included */
export function mappedObject({ objects }: Transforms, name: ObjectName): MappedTable | undefined {
  const table = tableOf(name);
  if (table === undefined) return undefined;
  const mapping = objects.find(
    (candidate) => candidate.objectType === name.objectType && mappingTable(candidate) === table,
  );
  const layout = name.objectType === 'common' ? COMMON : RECORDS;
  return mapping === undefined ? undefined : { table, layout, mapping };
}

export function mappedEntity({ entities }: Transforms, table: string): MappedTable {
  return { table, layout: RECORDS, mapping: entities };
}

export const tableOfEntity = entityTable;

function tableOf({ providerName, objectType, object }: ObjectName): string | undefined {
  switch (objectType) {
    case 'common':
      return commonTable(categoryOf(providerName), object);
    case 'standard':
    case 'custom':
      return objectTable(providerName, object);
    default:
      return undefined;
  }
}

function mappingTable(mapping: ObjectMapping): string | undefined {
  return mapping.objectType === 'common'
    ? commonTable(mapping.category, mapping.object)
    : objectTable(mapping.providerName, mapping.object);
}
