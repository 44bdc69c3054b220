import type { HandlerContext } from '../../router/index.ts';
import type { Database, Transaction } from '../database.ts';
import { BATCH_ROWS, type EntityFields, endOfBatch, transformBatch } from './batch.ts';
import { isConnectionLive } from './connections.ts';
import type { Mapping } from './mapping.ts';
import { createStopwatch, type WorkOptions } from './stopwatch.ts';
import { sweepDeleted } from './sweep.ts';
import { beginPass, endPass, lockWatermark, moveCursor, type Source, SWEEPING } from './watermark.ts';

export interface PassRequest {
  readonly source: Source & { readonly connectionId: string };
  readonly mapping: Mapping;
  /** What an entity's values are, when Supaglue was asked. */
  readonly entityFields?: EntityFields | undefined;
  /** All rows, not only those that changed. */
  readonly everything: boolean;
}

export interface PassResult {
  /** Rows that this attempt has read: those that changed, and some that the pass before has read, too. */
  readonly rows: number;
  /** False: the connection is deleted, and nothing was written. */
  readonly live: boolean;
}

/**
 * Transforms what has changed, a batch in a transaction, until a pass that this event began is at its end. One
 * that another event has left is ended first. Each transaction holds the guard, the rows and the cursor: whoever
 * goes on after a crash, goes on where it stood.
 *
 * @throws {RetryAfterError} when the time is up before the end: what is done stays done
 */
export async function runPass(
  request: PassRequest,
  database: Database,
  context: HandlerContext<unknown>,
  { batchRows = BATCH_ROWS, nowMs = Date.now }: WorkOptions = {},
): Promise<PassResult> {
  const stopwatch = createStopwatch(context, nowMs);
  let rows = 0;
  for (;;) {
    const step = await database.transaction((tx) => takeStep(tx, request, batchRows, context), context);
    rows += step.rows;
    if (step.state !== 'more') return { rows, live: step.state === 'done' };
    stopwatch.lap(`the transformation of ${request.source.source} goes on with the next attempt`);
  }
}

async function takeStep(
  tx: Transaction,
  { source, mapping, everything, entityFields }: PassRequest,
  batchRows: number,
  { eventId, attempt }: HandlerContext<unknown>,
) {
  const live = await isConnectionLive(tx, source);
  if (!live) return { state: 'deleted', rows: 0 } as const;

  const watermark = await lockWatermark(tx, source);
  // A repeated attempt does not walk over everything twice.
  if (everything && attempt > 1 && watermark.everythingBy === eventId)
    return { state: 'done', rows: 0 } as const;
  const pass = watermark.pass ?? (await beginPass(tx, source, { by: eventId, everything }));
  const end = await endOfBatch(tx, source, pass, batchRows);
  if (end !== undefined) {
    await transformBatch(tx, { source, mapping, pass, end, entityFields });
    await moveCursor(tx, source, end);
    return { state: 'more', rows: end.rows } as const;
  }
  const after = pass.cursor.modifiedAt === SWEEPING ? pass.cursor.id : '';
  const last = await sweepDeleted(tx, source, mapping, { after, batchRows });
  if (last !== undefined) {
    await moveCursor(tx, source, { modifiedAt: SWEEPING, id: last });
    return { state: 'more', rows: 0 } as const;
  }
  await endPass(tx, source);
  return { state: pass.by === eventId ? 'done' : 'more', rows: 0 } as const;
}
