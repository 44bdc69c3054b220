import type { HandlerContext } from '../../router/index.ts';
import type { Transaction } from '../database.ts';
import type { ApplicationDatabase } from '../transforms/mapping.ts';
import { textOf } from '../transforms/sql.ts';
import { destinationSchema, listIn } from './answers.ts';
import type { ConnectionOf } from './api.ts';

export interface ConnectionName extends ConnectionOf {
  readonly connectionId: string;
}

/**
 * The schema that a connection writes into, as Supaglue says it when asked, else as configured. Where it cannot be
 * asked for the moment, what else is known must do: the rows are in the database already.
 *
 * @returns `undefined` when neither names one
 */
export async function toldSchema(
  { customerId, connectionId }: ConnectionName,
  { supaglue, connectionSchemas = {}, supaglueSchema }: ApplicationDatabase,
  { signal, logger }: Pick<HandlerContext<unknown>, 'signal' | 'logger'>,
): Promise<string | undefined> {
  const configured = [connectionId, customerId].find((name) => Object.hasOwn(connectionSchemas, name));
  if (configured !== undefined) return connectionSchemas[configured];
  if (supaglue === undefined) return undefined;
  try {
    const path = `/customers/${encodeURIComponent(customerId)}/connections`;
    const connections = await supaglue({ what: "the question for the customer's connections", path, signal });
    const own = listIn(connections).find(({ id }) => id === connectionId);
    return own === undefined ? undefined : (destinationSchema(own) ?? supaglueSchema);
  } catch (error) {
    signal.throwIfAborted();
    logger.warn('Supaglue does not say which schema the connection writes into', { cause: String(error) });
    return undefined;
  }
}

/** What the customer's last `connection.created` has told. */
export async function notedSchema(
  tx: Transaction,
  { customerId, providerName }: ConnectionOf,
): Promise<string | undefined> {
  const { rows } = await tx.query(
    'select schema from :"application".supaglue_schemas where customer_id = $1 and provider_name = $2',
    [customerId, providerName],
  );
  return textOf(rows[0], 'schema');
}

/** @param schema - `undefined`: the connection writes where the others do */
export async function noteSchema(
  tx: Transaction,
  { customerId, providerName }: ConnectionOf,
  schema: string | undefined,
): Promise<void> {
  await tx.query(
    schema === undefined
      ? 'delete from :"application".supaglue_schemas where customer_id = $1 and provider_name = $2'
      : `insert into :"application".supaglue_schemas (customer_id, provider_name, schema) values ($1, $2, $3)
           on conflict (customer_id, provider_name) do update set schema = excluded.schema`,
    [customerId, providerName, ...(schema === undefined ? [] : [schema])],
  );
}
