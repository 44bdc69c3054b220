import entities from './entities.sql';
import hubspotAccounts from './hubspot-accounts.sql';
import hubspotContacts from './hubspot-contacts.sql';
import salesforceAccounts from './salesforce-accounts.sql';
import salesforceContacts from './salesforce-contacts.sql';

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
  /** Table in the application's schema, with the columns of `schema.sql`. */
  readonly target: string;
  readonly sql: string;
}

interface ObjectMapping extends Mapping {
  readonly providerName: string;
  readonly object: string;
}

/** One line for each object of a provider. Add yours here, its target in `schema.sql` and {@link TARGETS}. */
const OBJECTS: readonly ObjectMapping[] = [
  {
    providerName: 'hubspot',
    object: 'contact',
    source: 'hubspot_contact',
    target: 'contacts',
    sql: hubspotContacts,
  },
  {
    providerName: 'hubspot',
    object: 'account',
    source: 'hubspot_account',
    target: 'accounts',
    sql: hubspotAccounts,
  },
  {
    providerName: 'salesforce',
    object: 'contact',
    source: 'salesforce_contact',
    target: 'contacts',
    sql: salesforceContacts,
  },
  {
    providerName: 'salesforce',
    object: 'account',
    source: 'salesforce_account',
    target: 'accounts',
    sql: salesforceAccounts,
  },
];

const ENTITY_TARGET = 'entities';

/** The application's tables with rows of customers: what a clean-up goes through. */
export const TARGETS: readonly string[] = ['contacts', 'accounts', ENTITY_TARGET];

/** Names that Supaglue, its providers and its older versions give the same object. */
const OBJECT_NAMES: Readonly<Record<string, string>> = {
  contacts: 'contact',
  accounts: 'account',
  company: 'account',
  companies: 'account',
};

/** @returns `undefined` when nothing is mapped: that object is not transformed */
export function mappingOfObject(providerName: string, object: string): Mapping | undefined {
  const name = object.toLowerCase();
  const wanted = OBJECT_NAMES[name] ?? name;
  return OBJECTS.find((mapping) => mapping.providerName === providerName && mapping.object === wanted);
}

/** Entities need no line of their own: all go to one table, with the mapped data as JSON. */
export function mappingOfEntity(source: string): Mapping {
  return { source, target: ENTITY_TARGET, sql: entities };
}

/** Supaglue's table for an entity: `entity_` and the name in lower case, all but letters and digits as `_`. */
export function tableOfEntity(entityName: string): string {
  return `entity_${entityName.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
}
