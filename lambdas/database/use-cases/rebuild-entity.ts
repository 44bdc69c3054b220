import type { EntityMappingCreated, EntityMappingDeleted, EntityMappingUpdated } from '../../router/index.ts';
import { entityFieldsOf } from '../supaglue/entity-fields.ts';
import { tableOfNotedEntity } from '../transforms/entities.ts';
import { mappedEntity } from '../transforms/mapping.ts';
import { removeRows } from '../transforms/remove-rows.ts';
import { runPass } from '../transforms/run-pass.ts';
import { forgetTable } from '../transforms/watermark.ts';
import { connectionOf, locate } from './locate.ts';
import type { DatabaseHandler } from './with-database.ts';

/** Reads an entity's rows anew after its mapping has changed, or removes them with it. */
export const rebuildEntity: DatabaseHandler<
  EntityMappingCreated | EntityMappingUpdated | EntityMappingDeleted
> = async (context, database, options) => {
  const { event, logger } = context;
  if (event.result !== 'SUCCESS') return;
  const table = await database.transaction((tx) => tableOfNotedEntity(tx, event.entity_id), context);
  if (table === undefined) {
    // Nothing of it was ever transformed. Its first sync will read all of it.
    logger.info('the entity has not synced yet', { entity_id: event.entity_id });
    return;
  }
  const mapped = mappedEntity(database.transforms, table);
  const { mapping } = mapped;
  const connection = connectionOf(event);
  const scope = { ...connection, applicationId: event.application_id };
  if (event.webhook_event_type !== 'entity.entity_mapping.deleted') {
    const { source } = await locate(mapped, connection, database, context);
    const entityFields = await entityFieldsOf(event.entity_id, connection, database, context.signal);
    const request = { source: { ...source, ...scope }, mapping, everything: true, entityFields };
    const { rows, live } = await runPass(request, database, context, options);
    logger.info(live ? 'entity rebuilt' : 'nothing written: the connection is deleted', { table, rows });
    return;
  }
  const sources = await database.transaction((tx) => forgetTable(tx, scope, table), context);
  const removal = {
    table: `:"application".${mapping.target}`,
    where: `target.application_id = $1 and target.customer_id = $2 and target.provider_name = $3
      and target.source = any ($4::text[])`,
    parameters: [sources],
  };
  const rows = await removeRows(scope, [removal], database, context, options);
  logger.info('rows of the entity removed', { table, rows });
};
