import type { Transaction } from '../database.ts';

export interface Connection {
  readonly customerId: string;
  readonly providerName: string;
  readonly connectionId: string;
}

/** Ids of connections that are known by their `connection.created` alone. */
const CREATED = 'created:';

/**
 * Whether rows may be written for this connection. The row stays locked until the transaction ends, so a clean-up
 * of the same connection waits for it, and comes after.
 */
export async function isConnectionLive(tx: Transaction, connection: Connection): Promise<boolean> {
  const { customerId, providerName, connectionId } = connection;
  const scope = [customerId, providerName];
  // The update changes nothing: it takes the lock that DO NOTHING would not.
  const { rows } = await tx.query(
    `insert into :"application".supaglue_connections as known (customer_id, provider_name, connection_id)
       values ($1, $2, $3)
       on conflict (customer_id, provider_name, connection_id) do update set deleted_at = known.deleted_at
       returning known.deleted_at is null as live`,
    [...scope, connectionId],
  );
  if (rows[0]?.['live'] !== true) return false;
  await tx.query(
    `delete from :"application".supaglue_connections
       where customer_id = $1 and provider_name = $2 and starts_with(connection_id, $3)`,
    [...scope, CREATED],
  );
  return true;
}

/** Notes that a new connection exists whose id its first sync will tell. */
export async function noteCreated(
  tx: Transaction,
  { customerId, providerName, eventId }: Omit<Connection, 'connectionId'> & { readonly eventId: string },
): Promise<void> {
  await tx.query(
    `insert into :"application".supaglue_connections (customer_id, provider_name, connection_id)
       values ($1, $2, $3) on conflict do nothing`,
    [customerId, providerName, `${CREATED}${eventId}`],
  );
}

/**
 * Marks the connection as deleted, for good, and tells what else is known of this customer and provider:
 * - `again`: it was marked before;
 * - `replaced`: a newer connection has synced, the rows are its own by now;
 * - `created`: a newer one was created, and has not finished a sync;
 * - `last`: there is no other.
 */
export async function markDeleted(
  tx: Transaction,
  { customerId, providerName, connectionId }: Connection,
): Promise<'again' | 'replaced' | 'created' | 'last'> {
  const scope = [customerId, providerName];
  const { rows } = await tx.query(
    `select connection_id, deleted_at is null as live from :"application".supaglue_connections
       where customer_id = $1 and provider_name = $2
       order by first_seen_at, connection_id for update`,
    scope,
  );
  const own = rows.findIndex((row) => row['connection_id'] === connectionId);
  if (own >= 0 && rows[own]?.['live'] !== true) return 'again';
  await tx.query(
    `insert into :"application".supaglue_connections (customer_id, provider_name, connection_id, deleted_at)
       values ($1, $2, $3, clock_timestamp())
       on conflict (customer_id, provider_name, connection_id) do update set deleted_at = excluded.deleted_at`,
    [...scope, connectionId],
  );
  const newer = rows.slice(own + 1).filter((row) => row['live'] === true);
  const isCreated = (row: Readonly<Record<string, unknown>>) =>
    String(row['connection_id']).startsWith(CREATED);
  if (newer.some((row) => !isCreated(row))) return 'replaced';
  // A connection that never synced is itself the one that was created.
  return own >= 0 && newer.length > 0 ? 'created' : 'last';
}
