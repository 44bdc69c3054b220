import { ConsumerEnvironment } from '../../contract/environment.ts';
import type { EventMap } from '../../events/catalogue.ts';
import type { EventRouter } from '../../router/event-router.ts';
import type { Environment } from '../../runtime/environment.ts';
import type { Transforms } from '../transforms/mapping.ts';
import { type OnDatabase, withDatabase } from './with-database.ts';

/**
 * Keeps the application's PostgreSQL tables in step with what Supaglue writes: transforms what a sync has changed,
 * cleans up after a disconnect, backfills after a changed field mapping, rebuilds or removes an entity's rows.
 * Registers nothing where the stack is given no database.
 *
 * @param load - what is made of Supaglue's rows; imported with the first event that needs it, like `pg`
 * @param environment - @default the function's own, which says what is configured
 */
export function addDatabaseUseCases<Events extends EventMap>(
  router: EventRouter<Events>,
  load: () => Promise<{ readonly transforms: Transforms }>,
  environment: Environment = process.env,
): EventRouter<Events> {
  if ((environment[ConsumerEnvironment.DATABASE_SECRET_ID] ?? '') === '') return router;
  const onDatabase = withDatabase(async () => {
    const [{ openDatabase }, { transforms }] = await Promise.all([import('./open-database.ts'), load()]);
    return openDatabase(environment, transforms);
  });
  const cleanSupaglueTables = environment[ConsumerEnvironment.CLEAN_SUPAGLUE_TABLES] === 'true';
  // The types of Supaglue's events are the same in every router; only what is defined beside them differs.
  addUseCases(router as unknown as EventRouter, onDatabase, cleanSupaglueTables);
  return router;
}

/** Under the names that the ledger knows. */
export function addUseCases(router: EventRouter, onDatabase: OnDatabase, cleanSupaglueTables: boolean): void {
  router
    .on(
      'sync.complete',
      'transform-synced-data',
      onDatabase(async () => (await import('./transform-synced-data.ts')).transformSyncedData),
    )
    .on(
      'connection.created',
      'note-connection',
      onDatabase(async () => (await import('./note-connection.ts')).noteConnection),
    )
    .on(
      'connection.deleted',
      'clean-up-connection',
      onDatabase(async () =>
        (await import('./clean-up-connection.ts')).createCleanUpConnection(cleanSupaglueTables),
      ),
    )
    .on(
      ['object.field_mapping.created', 'object.field_mapping.updated'],
      'backfill-object',
      onDatabase(async () => (await import('./backfill-object.ts')).backfillObject),
    )
    .on(
      ['entity.entity_mapping.created', 'entity.entity_mapping.updated', 'entity.entity_mapping.deleted'],
      'rebuild-entity',
      onDatabase(async () => (await import('./rebuild-entity.ts')).rebuildEntity),
    );
}
