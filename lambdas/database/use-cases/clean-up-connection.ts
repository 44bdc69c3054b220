import type { ConnectionDeleted } from '../../router/index.ts';
import { markDeleted } from '../transforms/connections.ts';
import { setFloors, supaglueTablesOf } from '../transforms/floors.ts';
import { targetsOf } from '../transforms/mapping.ts';
import { removeRows } from '../transforms/remove-rows.ts';
import { inApplication, supaglueTable } from '../transforms/sql.ts';
import { applicationOfConnection } from '../transforms/stored-customer.ts';
import type { DatabaseHandler } from './with-database.ts';

/**
 * Removes what a customer's connection has left: its rows in the application's tables and, when asked for, in
 * Supaglue's. First it notes, in one transaction, that the connection is gone and up to where its rows reach;
 * a sync that comes late writes nothing from then on, and rows of a newer connection are not touched.
 *
 * @param cleanSupaglueTables - whether Supaglue's own tables are cleaned, too
 */
export function createCleanUpConnection(cleanSupaglueTables: boolean): DatabaseHandler<ConnectionDeleted> {
  return async (context, database, options) => {
    const { event, logger } = context;
    if (event.result !== 'SUCCESS') return;
    const customer = { customerId: event.customer_id, providerName: event.provider_name };
    const plan = await database.transaction(async (tx) => {
      const tables = await supaglueTablesOf(tx, customer.providerName, database);
      const applicationId = await applicationOfConnection(tx, event, tables, database);
      const state = await markDeleted(tx, { ...customer, connectionId: event.connection_id }, database);
      if (applicationId === undefined) return { state, tables, scope: undefined };
      const scope = { ...customer, applicationId };
      if (state === 'last') await setFloors(tx, scope, { tables }, database);
      // What Supaglue has written beyond the application's rows may be the new connection's.
      if (state === 'created') await setFloors(tx, scope, { tables: [] }, database);
      return { state, tables, scope };
    }, context);

    if (plan.state === 'replaced') {
      logger.warn('rows are left: a newer connection of this customer has synced over them', customer);
    }
    if (plan.scope === undefined) return;
    const mine = (columns: readonly string[], source: string, emittedAt: string) =>
      inApplication(
        `target.${columns[0]} = $1 and target.${columns[1]} = $2 and target.${columns[2]} = $3
         and exists (
           select from :"application".supaglue_watermarks as mark
           where mark.application_id = $1 and mark.customer_id = $2 and mark.provider_name = $3
             and mark.source = ${source} and target.${emittedAt} <= mark.floor_emitted_at
         )`,
        database,
      );
    const removals = targetsOf(database.transforms).map((target) => ({
      table: inApplication(`:"application".${target}`, database),
      where: mine(['application_id', 'customer_id', 'provider_name'], 'target.source', 'emitted_at'),
    }));
    const supaglueRemovals = plan.tables.map((table) => ({
      table: supaglueTable(table, database),
      where: mine(
        ['_supaglue_application_id', '_supaglue_customer_id', '_supaglue_provider_name'],
        '$4',
        '_supaglue_emitted_at',
      ),
      parameters: [table],
    }));
    const all = cleanSupaglueTables ? [...removals, ...supaglueRemovals] : removals;
    const rows = await removeRows(plan.scope, all, database, context, options);
    logger.info('rows of the connection removed', { ...customer, rows });
  };
}
