import type { ConnectionCreated } from '../../router/index.ts';
import { destinationSchema } from '../supaglue/answers.ts';
import { noteSchema } from '../supaglue/connection-schema.ts';
import { noteCreated } from '../transforms/connections.ts';
import type { DatabaseHandler } from './with-database.ts';

/**
 * Remembers that a customer has connected (again). A late `connection.deleted` of the earlier connection then
 * knows that what Supaglue writes by now is not its own. So is the schema that the connection writes into noted, if
 * it has one of its own: no other event tells it.
 */
export const noteConnection: DatabaseHandler<ConnectionCreated> = async (context, database) => {
  const { event, eventId } = context;
  if (event.result !== 'SUCCESS') return;
  const created = { customerId: event.customer_id, providerName: event.provider_name, eventId };
  await database.transaction(async (tx) => {
    await noteCreated(tx, created);
    await noteSchema(tx, created, destinationSchema(event));
  }, context);
};
