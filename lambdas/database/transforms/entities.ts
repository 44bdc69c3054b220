import type { Transaction } from '../database.ts';
import { textOf } from './sql.ts';

/** Keeps an entity's table by its id: a sync tells both, a mapping event the id alone. */
export async function noteEntity(tx: Transaction, entityId: string, source: string): Promise<void> {
  await tx.query(
    `insert into :"application".supaglue_entities (entity_id, source) values ($1, $2)
       on conflict (entity_id) do update set source = excluded.source`,
    [entityId, source],
  );
}

/** @returns `undefined` when no sync of the entity was seen yet */
export async function tableOfNotedEntity(tx: Transaction, entityId: string): Promise<string | undefined> {
  const { rows } = await tx.query(
    'select source from :"application".supaglue_entities where entity_id = $1',
    [entityId],
  );
  return textOf(rows[0], 'source');
}
