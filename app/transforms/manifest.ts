/**
 * What becomes of the rows that Supaglue writes. To add an object: its table in `schema.sql`, a statement in a
 * `.sql` file of its own, and a line below. Objects are named as Supaglue's events name them.
 */
import type { Transforms } from 'supaglue-webhooks-aws/handlers';
import commonAccounts from './common-accounts.sql';
import commonContacts from './common-contacts.sql';
import entities from './entities.sql';
import hubspotCompanies from './hubspot-companies.sql';
import hubspotContacts from './hubspot-contacts.sql';
import salesforceAccounts from './salesforce-accounts.sql';
import salesforceContacts from './salesforce-contacts.sql';
import schema from './schema.sql';

export const transforms: Transforms = {
  schema,
  objects: [
    {
      objectType: 'standard',
      providerName: 'hubspot',
      object: 'contact',
      target: 'contacts',
      sql: hubspotContacts,
    },
    {
      objectType: 'standard',
      providerName: 'hubspot',
      object: 'company',
      target: 'accounts',
      sql: hubspotCompanies,
    },
    {
      objectType: 'standard',
      providerName: 'salesforce',
      object: 'Contact',
      target: 'contacts',
      sql: salesforceContacts,
    },
    {
      objectType: 'standard',
      providerName: 'salesforce',
      object: 'Account',
      target: 'accounts',
      sql: salesforceAccounts,
    },
    // Of every provider: a contact that is synced as both is written by whichever sync came last.
    { objectType: 'common', category: 'crm', object: 'contact', target: 'contacts', sql: commonContacts },
    { objectType: 'common', category: 'crm', object: 'account', target: 'accounts', sql: commonAccounts },
    {
      objectType: 'common',
      category: 'engagement',
      object: 'contact',
      target: 'contacts',
      sql: commonContacts,
    },
    {
      objectType: 'common',
      category: 'engagement',
      object: 'account',
      target: 'accounts',
      sql: commonAccounts,
    },
  ],
  // Entities need no line of their own: the values of all go to one table, as JSON.
  entities: { target: 'entities', sql: entities },
};
