import { Metric } from '../../contract/metrics.ts';
import type { HandlerContext, SyncComplete } from '../../router/index.ts';
import { entityFieldsOf } from '../supaglue/entity-fields.ts';
import { noteEntity, tableOfNotedEntity } from '../transforms/entities.ts';
import {
  type ApplicationDatabase,
  type MappedTable,
  mappedEntity,
  mappedObject,
  tableOfEntity,
} from '../transforms/mapping.ts';
import { runPass } from '../transforms/run-pass.ts';
import { countOne } from './count-one.ts';
import { connectionOf, locate } from './locate.ts';
import type { DatabaseHandler } from './with-database.ts';

/**
 * Brings what a sync has changed into the application's tables. What comes of which object is told by the
 * application's {@link Transforms}.
 */
export const transformSyncedData: DatabaseHandler<SyncComplete> = async (context, database, options = {}) => {
  const { event, attempt, logger, note } = context;
  const { count = countOne } = options;
  if (event.result !== 'SUCCESS') return;
  const mapped = await mappedTable(context, database);
  if (mapped === undefined) {
    count(Metric.SYNCS_UNMAPPED);
    logger.info('nothing is mapped for this sync', describe(event));
    note('nothing is mapped for this object');
    return;
  }
  const connection = connectionOf(event);
  const reported = event.num_records_synced;
  const found = await locate(mapped, connection, database, context, { isEmpty: reported === 0 });
  const entityFields =
    event.type === 'entity' && found.applications.length > 0
      ? await entityFieldsOf(event.entity_id, connection, database, context.signal)
      : undefined;

  let read = 0;
  for (const applicationId of found.applications) {
    const source = { ...found.source, ...connection, applicationId };
    const request = { source, mapping: mapped.mapping, everything: false, entityFields };
    const { rows, live } = await runPass(request, database, context, options);
    if (!live) {
      logger.warn('nothing written: the connection of this sync is deleted', { source: source.source });
      return;
    }
    read += rows;
    logger.info('rows transformed', { source: source.source, rows });
  }
  // A later attempt finds less than the sync brought: the first has read it.
  if (read > 0 || reported === undefined || reported === 0 || attempt > 1) return;
  count(Metric.SYNCS_WITHOUT_ROWS);
  const { schema, table } = found.source;
  note(`Supaglue reports ${reported} records, and no row of the customer was found in ${schema}.${table}`);
  logger.warn('Supaglue reports records of this sync, and no row of the customer was found', {
    ...describe(event),
    schema,
    table,
    records: reported,
    rows: read,
  });
};

/** Not every entity's event carries the name that its table is called by. */
async function mappedTable(
  context: HandlerContext<SyncComplete>,
  database: ApplicationDatabase,
): Promise<MappedTable | undefined> {
  const { event } = context;
  if (event.type === 'object') {
    return mappedObject(database.transforms, {
      providerName: event.provider_name,
      objectType: event.object_type,
      object: event.object,
    });
  }
  const { entity_id: entityId, entity_name: name } = event;
  const table = await database.transaction(async (tx) => {
    if (name === undefined) return tableOfNotedEntity(tx, entityId);
    await noteEntity(tx, entityId, tableOfEntity(name));
    return tableOfEntity(name);
  }, context);
  return table === undefined ? undefined : mappedEntity(database.transforms, table);
}

function describe(event: SyncComplete): Record<string, unknown> {
  return {
    provider: event.provider_name,
    ...(event.type === 'object'
      ? { object_type: event.object_type, object: event.object }
      : { entity_id: event.entity_id, entity: event.entity_name ?? 'no name' }),
  };
}
