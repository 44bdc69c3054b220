import slugify from 'slugify';

/** PostgreSQL keeps this much of a name, and drops the rest without a word. */
const MAX_NAME_BYTES = 63;

/** Of these providers common objects are of the category engagement; of all others that have any, crm. */
const ENGAGEMENT_PROVIDERS = new Set(['outreach', 'salesloft', 'apollo']);

const COMMON_TABLES: Readonly<Record<CommonCategory, Readonly<Record<string, string>>>> = {
  crm: {
    account: 'crm_accounts',
    contact: 'crm_contacts',
    lead: 'crm_leads',
    opportunity: 'crm_opportunities',
    user: 'crm_users',
  },
  engagement: {
    account: 'engagement_accounts',
    contact: 'engagement_contacts',
    mailbox: 'engagement_mailboxes',
    sequence: 'engagement_sequences',
    sequence_state: 'engagement_sequence_states',
    sequence_step: 'engagement_sequence_steps',
    user: 'engagement_users',
  },
};

export type CommonCategory = 'crm' | 'engagement';

export function categoryOf(providerName: string): CommonCategory {
  return ENGAGEMENT_PROVIDERS.has(providerName) ? 'engagement' : 'crm';
}

/** Table of a common object; `undefined` when the category has no such object. */
export function commonTable(category: CommonCategory, object: string): string | undefined {
  const tables = COMMON_TABLES[category];
  return Object.hasOwn(tables, object) ? tables[object] : undefined;
}

/** Table of a standard object; table or, since v0.18.0, view of a custom one. */
export function objectTable(providerName: string, object: string): string {
  return tableName(providerName, object);
}

export function entityTable(entityName: string): string {
  return tableName('entity', entityName);
}

/**
 * As Supaglue makes it (packages/utils/slugify.ts, packages/core/destination_writers/postgres.ts): by this version of
 * this package, with these options. Several names may share a table.
 */
function tableName(prefix: string, name: string): string {
  // The package is CommonJS with a default of its own.
  const slug = slugify.default(name, { replacement: '_', lower: true, strict: true });
  // A slug is ASCII: characters are bytes.
  return `${prefix}_${slug}`.slice(0, MAX_NAME_BYTES);
}
