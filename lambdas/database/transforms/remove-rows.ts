import type { Bounds, Database, Transaction } from '../database.ts';
import { BATCH_ROWS } from './batch.ts';
import type { Scope } from './scope.ts';
import { createStopwatch, type WorkOptions } from './stopwatch.ts';

export interface Removal {
  /** As a transaction takes it. */
  readonly table: string;
  /** A condition on `target`; $1, $2 and $3 are the scope's application, customer and provider. */
  readonly where: string;
  readonly parameters?: readonly unknown[];
}

/**
 * Removes rows, a batch in a transaction. What is removed stays removed: a repetition goes on with the rest.
 *
 * @returns how many rows this attempt has removed
 * @throws {RetryAfterError} when the time is up before the end
 */
export async function removeRows(
  scope: Scope,
  removals: readonly Removal[],
  database: Database,
  bounds: Bounds,
  { batchRows = BATCH_ROWS, nowMs = Date.now }: WorkOptions = {},
): Promise<number> {
  const stopwatch = createStopwatch(bounds, nowMs);
  let removed = 0;
  for (const removal of removals) {
    for (;;) {
      const rows = await database.transaction((tx) => removeBatch(tx, scope, removal, batchRows), bounds);
      removed += rows;
      if (rows < batchRows) break;
      stopwatch.lap(`the removal from ${plain(removal.table)} goes on with the next attempt`);
    }
  }
  return removed;
}

async function removeBatch(
  tx: Transaction,
  { applicationId, customerId, providerName }: Scope,
  { table, where, parameters = [] }: Removal,
  batchRows: number,
): Promise<number> {
  const values = [applicationId, customerId, providerName, ...parameters];
  const { rowCount } = await tx.query(
    `delete from ${table} where ctid = any (array(
       select target.ctid from ${table} as target where ${where} limit $${values.length + 1}
     ))`,
    [...values, batchRows],
  );
  return rowCount;
}

const plain = (table: string) => table.replace(':"application".', '');
