import type { Transaction } from '../database.ts';
import { textOf } from './sql.ts';
import { keyOf, type SourceKey } from './watermark.ts';

const KEY = 'application_id = $1 and customer_id = $2 and provider_name = $3 and source = $4';

/** Asked for after this run was the newest; empty when there was none. */
export interface Asked {
  readonly after: string;
}

/** How far the full sync of this event is; `undefined` when it was not asked for. */
export async function fullSyncAskedAfter(
  tx: Transaction,
  source: SourceKey,
  eventId: string,
): Promise<'done' | Asked | undefined> {
  const { rows } = await tx.query(
    `select full_sync_by from :"application".supaglue_watermarks where ${KEY}`,
    keyOf(source),
  );
  const state = textOf(rows[0], 'full_sync_by');
  if (state === eventId) return 'done';
  return state?.startsWith(`${eventId} `) ? { after: state.slice(eventId.length + 1) } : undefined;
}

export async function noteFullSync(
  tx: Transaction,
  source: SourceKey,
  eventId: string,
  state: 'done' | Asked,
): Promise<void> {
  await tx.query(`update :"application".supaglue_watermarks set full_sync_by = $5 where ${KEY}`, [
    ...keyOf(source),
    state === 'done' ? eventId : `${eventId} ${state.after}`,
  ]);
}
