import { type ConnectionDeleted, NonRetryableError } from '../../router/index.ts';
import type { Transaction } from '../database.ts';
import { applicationsOf } from './scope.ts';
import type { SupaglueTable } from './sql.ts';

/**
 * The application that a deleted connection belongs to. Supaglue sends it in front of the customer's id; without
 * it, the one application whose tables know the customer.
 *
 * @returns `undefined` when no table knows the customer
 * @throws {NonRetryableError} when several do: to guess would remove another's rows
 */
export async function applicationOfConnection(
  tx: Transaction,
  event: ConnectionDeleted,
  tables: readonly SupaglueTable[],
): Promise<string | undefined> {
  const { stored_customer_id: stored, customer_id: customerId, provider_name: providerName } = event;
  if (stored !== customerId) return stored.slice(0, stored.length - customerId.length - 1);
  const found = new Set<string>();
  for (const table of tables) {
    const ids = await applicationsOf(tx, table, { customerId, providerName });
    for (const id of ids) found.add(id);
  }
  if (found.size > 1) {
    throw new NonRetryableError('the event names no application, and several know this customer', {
      code: 'ambiguous-application',
    });
  }
  return [...found][0];
}
