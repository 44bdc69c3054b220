/** What is put into the tables: the customer of the sample events, and another one. */
export const SEEDED_CUSTOMERS = ['example-customer', 'other-customer'] as const;

/** Of the sample events. */
const APPLICATION_ID = '00000000-0000-4000-8000-00000000000a';
const CONTACTS_PER_CUSTOMER_AND_PROVIDER = 500;
const ACCOUNTS_PER_CUSTOMER_AND_PROVIDER = 75;
const RECORDS_PER_CUSTOMER = 25;

interface SeededTable {
  readonly name: string;
  readonly provider: string;
  readonly rowsPerCustomer: number;
  /** SQL for the provider's record. */
  readonly rawData: string;
}

/** Names that are nobody's: one of ten with one of thirteen. */
const FIRST_NAME = `(array['Ada','Ben','Cleo','Dan','Eva','Finn','Gia','Hugo','Ida','Jon'])[1 + n % 10]`;
const LAST_NAME = `(array['Alder','Birch','Cedar','Elm','Fir','Hazel','Juniper','Larch','Maple','Oak','Pine','Rowan','Willow'])[1 + n % 13]`;
const EMAIL = `'contact-' || n || '@' || customer || '.example.com'`;
const PHONE = `'+1-555-' || lpad((n % 10000)::text, 4, '0')`;
const TITLE = `(array['Buyer','Engineer','Founder','Manager'])[1 + n % 4]`;
const COMPANY = `'Example Company ' || n`;
const DOMAIN = `'company-' || n || '.example.com'`;
const INDUSTRY = `(array['Education','Energy','Retail','Software','Transport'])[1 + n % 5]`;

/** As HubSpot's API gives a record. */
const hubspot = (properties: string) =>
  `jsonb_build_object('id', id, 'properties', jsonb_build_object('hs_object_id', id, ${properties}), 'createdAt', '2026-10-01T00:00:00.000Z', 'updatedAt', '2026-11-01T00:00:00.000Z', 'archived', false)`;
/** As Salesforce's Bulk API gives it: every value is text. */
const salesforce = (fields: string) =>
  `jsonb_build_object('Id', id, ${fields}, 'IsDeleted', 'false', 'SystemModstamp', '2026-11-01T00:00:00.000Z')`;

const TABLES: readonly SeededTable[] = [
  {
    name: 'hubspot_contact',
    provider: 'hubspot',
    rowsPerCustomer: CONTACTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: hubspot(
      `'firstname', ${FIRST_NAME}, 'lastname', ${LAST_NAME}, 'email', ${EMAIL}, 'phone', ${PHONE}, 'jobtitle', ${TITLE}`,
    ),
  },
  {
    name: 'salesforce_contact',
    provider: 'salesforce',
    rowsPerCustomer: CONTACTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: salesforce(
      `'FirstName', ${FIRST_NAME}, 'LastName', ${LAST_NAME}, 'Email', ${EMAIL}, 'Phone', ${PHONE}, 'Title', ${TITLE}, 'AccountId', customer || '-salesforce_account-' || (1 + n % ${ACCOUNTS_PER_CUSTOMER_AND_PROVIDER})`,
    ),
  },
  {
    name: 'hubspot_company',
    provider: 'hubspot',
    rowsPerCustomer: ACCOUNTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: hubspot(`'name', ${COMPANY}, 'domain', ${DOMAIN}, 'industry', ${INDUSTRY}`),
  },
  {
    name: 'salesforce_account',
    provider: 'salesforce',
    rowsPerCustomer: ACCOUNTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: salesforce(`'Name', ${COMPANY}, 'Website', 'https://' || ${DOMAIN}, 'Industry', ${INDUSTRY}`),
  },
  // Of the sample entity, which its customer has mapped to HubSpot's deals.
  {
    name: 'entity_example_entity',
    provider: 'hubspot',
    rowsPerCustomer: RECORDS_PER_CUSTOMER,
    rawData: hubspot(`'dealname', 'Example deal ' || n, 'amount', (n * 100)::text`),
  },
];

/** Common contacts of the tutorial's payload: those that `hubspot_contact` holds, too. */
const COMMON_TABLE = 'crm_contacts';

export const SEEDED_TABLES: readonly string[] = [
  ...TABLES.map(({ name }) => name),
  COMMON_TABLE,
  'custom_objects',
];

/** Of objects and entities. */
const RECORD_COLUMNS = `
  _supaglue_application_id text not null,
  _supaglue_provider_name text not null,
  _supaglue_customer_id text not null,
  _supaglue_id text not null,
  _supaglue_emitted_at timestamp(3) not null,
  _supaglue_last_modified_at timestamp(3) not null,
  _supaglue_is_deleted boolean not null,
  _supaglue_raw_data jsonb not null,
  _supaglue_mapped_data jsonb not null`;

/**
 * Tables as Supaglue's Postgres destination makes and fills them, with the same rows each time: contacts, companies
 * and accounts of two customers, an entity, common contacts, and a custom object with its view. Mapped data are `{}`,
 * as since Supaglue 0.23. Sources: supaglue-labs/supaglue, packages/core/destination_writers/postgres.ts and
 * packages/core/lib/postgres.ts.
 *
 * @param schema - a plain identifier
 */
export function supaglueTablesText(schema: string): string {
  return [
    ...TABLES.map((table) => `${createText(schema, table)}\n${fillText(schema, table)}`),
    commonText(schema),
    customText(schema),
  ].join('\n');
}

function createText(schema: string, { name }: SeededTable): string {
  return `create table ${schema}.${name} (${RECORD_COLUMNS},
  primary key (_supaglue_application_id, _supaglue_provider_name, _supaglue_customer_id, _supaglue_id)
);`;
}

function fillText(schema: string, { name, provider, rowsPerCustomer, rawData }: SeededTable): string {
  return `insert into ${schema}.${name}
select '${APPLICATION_ID}', '${provider}', customer, id,
  timestamp '2026-11-02', timestamp '2026-11-01' + n * interval '1 second', false, ${rawData}, '{}'
${rowsText(name, rowsPerCustomer)};`;
}

/** Rows `n` of each customer, with their ids. */
function rowsText(name: string, rowsPerCustomer: number): string {
  const customers = SEEDED_CUSTOMERS.map((customer) => `'${customer}'`).join(', ');
  return `from unnest(array[${customers}]) as customer,
  generate_series(1, ${rowsPerCustomer}) as n,
  lateral (select customer || '-${name}-' || n as id) as named`;
}

function commonText(schema: string): string {
  return `create table ${schema}.${COMMON_TABLE} (
  _supaglue_application_id text not null, _supaglue_provider_name text not null,
  _supaglue_customer_id text not null, _supaglue_emitted_at timestamp(3) not null,
  id text not null, created_at timestamp(3), updated_at timestamp(3), is_deleted boolean not null,
  last_modified_at timestamp(3) not null, first_name text, last_name text, addresses jsonb not null,
  email_addresses jsonb not null, phone_numbers jsonb not null, lifecycle_stage text, account_id text,
  owner_id text, last_activity_at timestamp(3), raw_data jsonb, _supaglue_unified_data jsonb,
  primary key (_supaglue_application_id, _supaglue_provider_name, _supaglue_customer_id, id)
);
insert into ${schema}.${COMMON_TABLE} (
  _supaglue_application_id, _supaglue_provider_name, _supaglue_customer_id, _supaglue_emitted_at, id, is_deleted,
  last_modified_at, first_name, last_name, addresses, email_addresses, phone_numbers, raw_data
)
select '${APPLICATION_ID}', 'hubspot', customer, timestamp '2026-11-02', id, false,
  timestamp '2026-11-01' + n * interval '1 second', ${FIRST_NAME}, ${LAST_NAME}, '[]',
  jsonb_build_array(jsonb_build_object('email_address', ${EMAIL}, 'email_address_type', 'primary')),
  jsonb_build_array(jsonb_build_object('phone_number', ${PHONE}, 'phone_number_type', 'primary')), '{}'
${rowsText('hubspot_contact', CONTACTS_PER_CUSTOMER_AND_PROVIDER)};`;
}

function customText(schema: string): string {
  return `create table ${schema}.custom_objects (${RECORD_COLUMNS},
  _supaglue_object_name text not null,
  primary key (
    _supaglue_application_id, _supaglue_provider_name, _supaglue_customer_id, _supaglue_id, _supaglue_object_name
  )
);
create view ${schema}.salesforce_battlecard_c as (
  select * from ${schema}.custom_objects where _supaglue_object_name = 'salesforce_battlecard_c'
);
insert into ${schema}.custom_objects
select '${APPLICATION_ID}', 'salesforce', customer, id,
  timestamp '2026-11-02', timestamp '2026-11-01' + n * interval '1 second', false,
  ${salesforce(`'Name', 'Example card ' || n`)}, '{}', 'salesforce_battlecard_c'
${rowsText('salesforce_battlecard_c', RECORDS_PER_CUSTOMER)};`;
}
