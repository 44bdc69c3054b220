import type { ConnectionCreated } from '../../router/index.ts';
import { noteCreated } from '../transforms/connections.ts';
import type { DatabaseHandler } from './with-database.ts';

/**
 * Remembers that a customer has connected (again). A late `connection.deleted` of the earlier connection then
 * knows that what Supaglue writes by now is not its own.
 */
export const noteConnection: DatabaseHandler<ConnectionCreated> = async (context, database) => {
  const { event, eventId } = context;
  if (event.result !== 'SUCCESS') return;
  const created = { customerId: event.customer_id, providerName: event.provider_name, eventId };
  await database.transaction((tx) => noteCreated(tx, created, database), context);
};
