import type { FieldMappingCreated, FieldMappingUpdated } from '../../router/index.ts';
import { ensureFullSync } from '../supaglue/full-sync.ts';
import { mappedObject } from '../transforms/mapping.ts';
import { runPass } from '../transforms/run-pass.ts';
import { connectionOf, locate } from './locate.ts';
import type { DatabaseHandler } from './with-database.ts';

/**
 * Transforms all rows of an object anew after a customer has changed its field mapping. With an API key it then asks
 * Supaglue for a full sync, so that rows it had already written get the new fields, too; without one, Supaglue
 * rewrites a row when the provider changes it.
 */
export const backfillObject: DatabaseHandler<FieldMappingCreated | FieldMappingUpdated> = async (
  context,
  database,
  options,
) => {
  const { event, logger } = context;
  if (event.result !== 'SUCCESS') return;
  const { provider_name: providerName, object_type: objectType, object_name: object } = event;
  const mapped = mappedObject(database.transforms, { providerName, objectType, object });
  if (mapped === undefined) {
    logger.info('nothing is mapped for this object', {
      provider: providerName,
      object_type: objectType,
      object,
    });
    return;
  }
  const connection = connectionOf(event);
  const found = await locate(mapped, connection, database, context);
  const source = { ...found.source, ...connection, applicationId: event.application_id };
  const { rows, live } = await runPass(
    { source, mapping: mapped.mapping, everything: true },
    database,
    context,
    options,
  );
  logger.info(live ? 'object backfilled' : 'nothing written: the connection is deleted', { rows });
  if (live) await ensureFullSync({ of: connection, objectType, object }, source, database, context);
};
