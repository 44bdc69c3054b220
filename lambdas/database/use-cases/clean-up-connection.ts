import { type ConnectionDeleted, NonRetryableError } from '../../router/index.ts';
import type { Bounds, Database } from '../database.ts';
import { noteSchema } from '../supaglue/connection-schema.ts';
import { markDeleted } from '../transforms/connections.ts';
import { type CustomerTable, schemasOf, setFloors, supaglueTablesOf } from '../transforms/floors.ts';
import { targetsOf } from '../transforms/mapping.ts';
import { removeRows } from '../transforms/remove-rows.ts';
import { applicationsOf } from '../transforms/scope.ts';
import { sourceOf, supaglueTable } from '../transforms/sql.ts';
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
      const schemas = await schemasOf(tx, customer, database);
      const tables = await supaglueTablesOf(tx, customer.providerName, schemas);
      const applicationId = await applicationOfConnection(tx, event, tables);
      const state = await markDeleted(tx, { ...customer, connectionId: event.connection_id });
      // No table knows the customer.
      if (applicationId === undefined) return undefined;
      const scope = { ...customer, applicationId };
      if (state === 'last') {
        await setFloors(tx, scope, { tables }, database);
        await noteSchema(tx, customer, undefined);
      }
      // What Supaglue has written beyond the application's rows may be the new connection's.
      if (state === 'created') await setFloors(tx, scope, { tables: [] }, database);
      return { state, tables, scope };
    }, context);

    if (plan === undefined) return;
    if (plan.state === 'replaced') {
      logger.warn('rows are left: a newer connection of this customer has synced over them', customer);
    }
    const mine = (columns: readonly string[], source: string, emittedAt: string) =>
      `target.${columns[0]} = $1 and target.${columns[1]} = $2 and target.${columns[2]} = $3
         and exists (
           select from :"application".supaglue_watermarks as mark
           where mark.application_id = $1 and mark.customer_id = $2 and mark.provider_name = $3
             and mark.source = ${source} and target.${emittedAt} <= mark.floor_emitted_at
         )`;
    const removals = targetsOf(database.transforms).map((target) => ({
      table: `:"application".${target}`,
      where: mine(['application_id', 'customer_id', 'provider_name'], 'target.source', 'emitted_at'),
    }));
    // A view's rows are those of its table.
    const supaglueRemovals = plan.tables
      .filter(({ kind }) => kind === 'table')
      .map((table) => ({
        table: supaglueTable(table),
        where: mine(
          ['_supaglue_application_id', '_supaglue_customer_id', '_supaglue_provider_name'],
          '$4',
          '_supaglue_emitted_at',
        ),
        parameters: [sourceOf(table, database)],
      }));
    const all = cleanSupaglueTables ? [...removals, ...supaglueRemovals] : removals;
    const rows = await removeRows(plan.scope, all, database, context, options);
    logger.info('rows of the connection removed', { ...customer, rows });
    if (cleanSupaglueTables) await refusePartitioned(plan.tables, customer, database, context);
  };
}

/** Rows are removed by where they lie, which in a table of partitions is no one place. */
async function refusePartitioned(
  tables: readonly CustomerTable[],
  customer: { readonly customerId: string; readonly providerName: string },
  database: Database,
  bounds: Bounds,
): Promise<void> {
  const left: string[] = [];
  for (const table of tables.filter(({ kind }) => kind === 'partitioned')) {
    const holders = await database.transaction((tx) => applicationsOf(tx, table, customer), bounds);
    if (holders.length > 0) left.push(`${table.schema}.${table.table}`);
  }
  if (left.length === 0) return;
  throw new NonRetryableError(
    `rows of the customer are left in ${left.join(', ')}: partitioned tables, as Supaglue's managed destination has them, are not cleaned; drop the customer's partition`,
    { code: 'partitioned-table' },
  );
}
