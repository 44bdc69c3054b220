import type { HandlerContext } from '../../router/index.ts';
import { type ConnectionName, notedSchema, toldSchema } from '../supaglue/connection-schema.ts';
import { type Found, findSource } from '../transforms/find-source.ts';
import type { ApplicationDatabase, MappedTable } from '../transforms/mapping.ts';

/** Finds the table that a connection's rows are in: see {@link findSource}. */
export async function locate(
  mapped: MappedTable,
  connection: ConnectionName,
  database: ApplicationDatabase,
  context: HandlerContext<unknown>,
  { isEmpty = false }: { readonly isEmpty?: boolean } = {},
): Promise<Found> {
  const told = await toldSchema(connection, database, context);
  const found = await database.transaction(async (tx) => {
    const schema = told ?? (await notedSchema(tx, connection));
    const { customerId, providerName } = connection;
    return findSource(tx, { ...mapped, customer: { customerId, providerName }, schema, isEmpty }, database);
  }, context);
  const { schema, table } = found.source;
  if (schema !== (told ?? database.supaglueSchema)) {
    context.logger.info('the rows of this connection are in a schema of its own', { schema, table });
  }
  return found;
}

/** Whose connection an event is about. */
export function connectionOf(event: {
  readonly customer_id: string;
  readonly provider_name: string;
  readonly connection_id: string;
}): ConnectionName {
  return {
    customerId: event.customer_id,
    providerName: event.provider_name,
    connectionId: event.connection_id,
  };
}
