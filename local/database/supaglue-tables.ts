/** What is put into the tables: the customer of the sample events, and another one. */
export const SEEDED_CUSTOMERS = ['example-customer', 'other-customer'] as const;

/** Of the sample events. */
const APPLICATION_ID = '00000000-0000-4000-8000-00000000000a';
const CONTACTS_PER_CUSTOMER_AND_PROVIDER = 500;
const ACCOUNTS_PER_CUSTOMER_AND_PROVIDER = 75;

interface SeededTable {
  readonly name: string;
  readonly provider: string;
  readonly rowsPerCustomer: number;
  /** SQL for the provider's own fields, and for those that Supaglue mapped, of row `n` of `customer`. */
  readonly rawData: string;
  readonly mappedData: string;
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

const MAPPED_CONTACT = `jsonb_build_object('first_name', ${FIRST_NAME}, 'last_name', ${LAST_NAME}, 'email', ${EMAIL})`;
const MAPPED_ACCOUNT = `jsonb_build_object('name', ${COMPANY}, 'industry', ${INDUSTRY})`;

const TABLES: readonly SeededTable[] = [
  {
    name: 'hubspot_contact',
    provider: 'hubspot',
    rowsPerCustomer: CONTACTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: `jsonb_build_object('hs_object_id', id, 'firstname', ${FIRST_NAME}, 'lastname', ${LAST_NAME}, 'email', ${EMAIL}, 'phone', ${PHONE}, 'jobtitle', ${TITLE})`,
    mappedData: MAPPED_CONTACT,
  },
  {
    name: 'salesforce_contact',
    provider: 'salesforce',
    rowsPerCustomer: CONTACTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: `jsonb_build_object('Id', id, 'FirstName', ${FIRST_NAME}, 'LastName', ${LAST_NAME}, 'Email', ${EMAIL}, 'Phone', ${PHONE}, 'Title', ${TITLE}, 'AccountId', customer || '-salesforce_account-' || (1 + n % ${ACCOUNTS_PER_CUSTOMER_AND_PROVIDER}))`,
    mappedData: MAPPED_CONTACT,
  },
  {
    name: 'hubspot_account',
    provider: 'hubspot',
    rowsPerCustomer: ACCOUNTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: `jsonb_build_object('hs_object_id', id, 'name', ${COMPANY}, 'domain', ${DOMAIN}, 'industry', ${INDUSTRY})`,
    mappedData: MAPPED_ACCOUNT,
  },
  {
    name: 'salesforce_account',
    provider: 'salesforce',
    rowsPerCustomer: ACCOUNTS_PER_CUSTOMER_AND_PROVIDER,
    rawData: `jsonb_build_object('Id', id, 'Name', ${COMPANY}, 'Website', 'https://' || ${DOMAIN}, 'Industry', ${INDUSTRY})`,
    mappedData: MAPPED_ACCOUNT,
  },
];

export const SEEDED_TABLES: readonly string[] = TABLES.map(({ name }) => name);

/**
 * Tables as Supaglue's Postgres destination makes them, with the same 2,000 contacts and 300 accounts each time.
 * Source of the columns: supaglue-labs/supaglue, packages/core/destination_writers/postgres.ts.
 *
 * @param schema - a plain identifier
 */
export function supaglueTablesText(schema: string): string {
  return TABLES.map((table) => `${createText(schema, table)}\n${fillText(schema, table)}`).join('\n');
}

function createText(schema: string, { name }: SeededTable): string {
  return `create table ${schema}.${name} (
  _supaglue_application_id text not null,
  _supaglue_provider_name text not null,
  _supaglue_customer_id text not null,
  _supaglue_id text not null,
  _supaglue_emitted_at timestamp(3) not null,
  _supaglue_last_modified_at timestamp(3) not null,
  _supaglue_is_deleted boolean not null default false,
  _supaglue_raw_data jsonb,
  _supaglue_mapped_data jsonb,
  primary key (_supaglue_application_id, _supaglue_provider_name, _supaglue_customer_id, _supaglue_id)
);`;
}

function fillText(
  schema: string,
  { name, provider, rowsPerCustomer, rawData, mappedData }: SeededTable,
): string {
  const customers = SEEDED_CUSTOMERS.map((customer) => `'${customer}'`).join(', ');
  return `insert into ${schema}.${name}
select '${APPLICATION_ID}', '${provider}', customer, id,
  timestamp '2026-11-02', timestamp '2026-11-01' + n * interval '1 second', false, ${rawData}, ${mappedData}
from unnest(array[${customers}]) as customer,
  generate_series(1, ${rowsPerCustomer}) as n,
  lateral (select customer || '-${name}-' || n as id) as named;`;
}
