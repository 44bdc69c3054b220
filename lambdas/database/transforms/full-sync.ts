import type { Transaction } from '../database.ts';
import { inApplication, type Schemas } from './sql.ts';
import { keyOf, type Source } from './watermark.ts';

const KEY = 'application_id = $1 and customer_id = $2 and provider_name = $3 and source = $4';

/** Whether Supaglue has taken the request of this event. */
export async function isFullSyncRequested(
  tx: Transaction,
  source: Source,
  eventId: string,
  schemas: Schemas,
): Promise<boolean> {
  const { rows } = await tx.query(
    inApplication(
      `select from :"application".supaglue_watermarks where ${KEY} and full_sync_by = $5`,
      schemas,
    ),
    [...keyOf(source), eventId],
  );
  return rows.length > 0;
}

export async function noteFullSync(
  tx: Transaction,
  source: Source,
  eventId: string,
  schemas: Schemas,
): Promise<void> {
  await tx.query(
    inApplication(`update :"application".supaglue_watermarks set full_sync_by = $5 where ${KEY}`, schemas),
    [...keyOf(source), eventId],
  );
}
