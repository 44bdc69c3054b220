import type { SyncComplete } from '../../router/index.ts';
import { noteEntity } from '../transforms/entities.ts';
import {
  type Mapping,
  mappingOfEntity,
  mappingOfObject,
  type Transforms,
  tableOfEntity,
} from '../transforms/mapping.ts';
import { runPass } from '../transforms/run-pass.ts';
import { applicationsOf } from '../transforms/scope.ts';
import { supaglueTable } from '../transforms/sql.ts';
import type { DatabaseHandler } from './with-database.ts';

/**
 * Brings what a sync has changed into the application's tables. What comes of which object is told by the
 * application's {@link Transforms}.
 */
export const transformSyncedData: DatabaseHandler<SyncComplete> = async (context, database, options) => {
  const { event, eventId, attempt, logger } = context;
  if (event.result !== 'SUCCESS') return;
  const mapping = mappingOf(event, database.transforms);
  if (mapping === undefined) {
    logger.info('nothing is mapped for this sync', { provider: event.provider_name });
    return;
  }
  const customer = { customerId: event.customer_id, providerName: event.provider_name };
  const applications = await database.transaction(async (tx) => {
    if (event.type === 'entity') await noteEntity(tx, event.entity_id, mapping.source, database);
    return applicationsOf(tx, supaglueTable(mapping.source, database), customer);
  }, context);

  for (const applicationId of applications) {
    const scope = { ...customer, applicationId };
    const request = {
      scope,
      mapping,
      connectionId: event.connection_id,
      eventId,
      attempt,
      everything: false,
    };
    const { rows, live } = await runPass(request, database, context, options);
    if (live) logger.info('rows transformed', { source: mapping.source, rows });
    else logger.warn('nothing written: the connection of this sync is deleted', { source: mapping.source });
  }
};

/** Not every entity's event carries the name that its table is called by. */
function mappingOf(event: SyncComplete, transforms: Transforms): Mapping | undefined {
  if (event.type === 'object') return mappingOfObject(transforms, event.provider_name, event.object);
  if (event.entity_name === undefined) return undefined;
  return mappingOfEntity(transforms, tableOfEntity(event.entity_name));
}
