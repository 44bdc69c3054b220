/**
 * What becomes of the rows that Supaglue writes. To add an object: its table in `schema.sql`, a statement in a
 * `.sql` file of its own, and a line below.
 */
import type { Transforms } from 'supaglue-webhooks-aws/handlers';
import entities from './entities.sql';
import hubspotAccounts from './hubspot-accounts.sql';
import hubspotContacts from './hubspot-contacts.sql';
import salesforceAccounts from './salesforce-accounts.sql';
import salesforceContacts from './salesforce-contacts.sql';
import schema from './schema.sql';

export const transforms: Transforms = {
  schema,
  objects: [
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
  ],
  // Entities need no line of their own: the values of all go to one table, as JSON.
  entities: { target: 'entities', sql: entities },
};
