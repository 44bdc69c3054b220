import type { FieldMappingCreated, FieldMappingUpdated } from '../../router/index.ts';
import { isFullSyncRequested, noteFullSync } from '../transforms/full-sync.ts';
import { mappingOfObject } from '../transforms/mapping.ts';
import { runPass } from '../transforms/run-pass.ts';
import type { RequestFullSync } from './supaglue-api.ts';
import type { DatabaseHandler } from './with-database.ts';

/**
 * Transforms all rows of an object anew after a customer has changed its field mapping, then asks Supaglue for a
 * full sync, so that rows it had already written get the new fields, too.
 *
 * @param requestFullSync - absent without an API key: Supaglue then rewrites a row when the provider changes it
 */
export function createBackfillObject(
  requestFullSync?: RequestFullSync,
): DatabaseHandler<FieldMappingCreated | FieldMappingUpdated> {
  return async (context, database, options) => {
    const { event, eventId, attempt, logger } = context;
    if (event.result !== 'SUCCESS') return;
    const { application_id: applicationId, customer_id: customerId, provider_name: providerName } = event;
    const mapping = mappingOfObject(database.transforms, providerName, event.object_name);
    if (mapping === undefined) {
      logger.info('nothing is mapped for this object', { provider: providerName, object: event.object_name });
      return;
    }
    const scope = { applicationId, customerId, providerName };
    const request = { scope, mapping, connectionId: event.connection_id, eventId, attempt, everything: true };
    const { rows, live } = await runPass(request, database, context, options);
    logger.info(live ? 'object backfilled' : 'nothing written: the connection is deleted', { rows });
    if (!live || requestFullSync === undefined) return;

    const source = { ...scope, source: mapping.source };
    const asked = await database.transaction(
      (tx) => isFullSyncRequested(tx, source, eventId, database),
      context,
    );
    if (asked && attempt > 1) return;
    await requestFullSync({
      customerId,
      providerName,
      objectType: event.object_type,
      object: event.object_name,
      signal: context.signal,
    });
    // A crash between the two asks once more: a second full sync costs time and changes nothing.
    await database.transaction((tx) => noteFullSync(tx, source, eventId, database), context);
    logger.info('full sync requested', { object: event.object_name });
  };
}
