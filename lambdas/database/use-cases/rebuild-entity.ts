import type { EntityMappingCreated, EntityMappingDeleted, EntityMappingUpdated } from '../../router/index.ts';
import { sourceOfEntity } from '../transforms/entities.ts';
import { mappingOfEntity } from '../transforms/mapping.ts';
import { removeRows } from '../transforms/remove-rows.ts';
import { runPass } from '../transforms/run-pass.ts';
import { inApplication } from '../transforms/sql.ts';
import { forgetWatermark } from '../transforms/watermark.ts';
import type { DatabaseHandler } from './with-database.ts';

/** Reads an entity's rows anew after its mapping has changed, or removes them with it. */
export const rebuildEntity: DatabaseHandler<
  EntityMappingCreated | EntityMappingUpdated | EntityMappingDeleted
> = async (context, database, options) => {
  const { event, eventId, attempt, logger } = context;
  if (event.result !== 'SUCCESS') return;
  const source = await database.transaction((tx) => sourceOfEntity(tx, event.entity_id, database), context);
  if (source === undefined) {
    // Nothing of it was ever transformed. Its first sync will read all of it.
    logger.info('the entity has not synced yet', { entity_id: event.entity_id });
    return;
  }
  const mapping = mappingOfEntity(database.transforms, source);
  const scope = {
    applicationId: event.application_id,
    customerId: event.customer_id,
    providerName: event.provider_name,
  };
  if (event.webhook_event_type !== 'entity.entity_mapping.deleted') {
    const request = { scope, mapping, connectionId: event.connection_id, eventId, attempt, everything: true };
    const { rows, live } = await runPass(request, database, context, options);
    logger.info(live ? 'entity rebuilt' : 'nothing written: the connection is deleted', { source, rows });
    return;
  }
  await database.transaction((tx) => forgetWatermark(tx, { ...scope, source }, database), context);
  const removal = {
    table: inApplication(`:"application".${mapping.target}`, database),
    where:
      'target.application_id = $1 and target.customer_id = $2 and target.provider_name = $3 and target.source = $4',
    parameters: [source],
  };
  const rows = await removeRows(scope, [removal], database, context, options);
  logger.info('rows of the entity removed', { source, rows });
};
