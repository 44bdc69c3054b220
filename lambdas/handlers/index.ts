/**
 * Your handlers. To add one:
 *
 * 1. Write a file here that exports a function: `async ({ event, idempotencyKey, signal, logger }) => { ... }`.
 *    Resolving means done, throwing means retry; `NonRetryableError` and `RetryAfterError` say otherwise.
 * 2. Register it below under a name. The ledger records completions under that name, so keep it when you
 *    rename the file or the function.
 *
 * The editor knows each event's fields by its name; a wrong name does not compile.
 */

import { alertChannels } from '../alerts/channels.ts';
import { createAlertOnSyncError } from '../alerts/on-sync-error.ts';
import { createAlertOnSyncPaused } from '../alerts/on-sync-paused.ts';
import { ConsumerEnvironment } from '../contract/environment.ts';
import { withDatabase } from '../database/use-cases/with-database.ts';
import { EventRouter } from '../router/index.ts';
import type { Environment } from '../runtime/environment.ts';

/** @param environment - the function's, which says what is configured */
export function createHandlers(environment: Environment): EventRouter {
  const router = new EventRouter();
  for (const { suffix, send } of alertChannels(environment)) {
    router
      .on('sync.complete', `alert-on-sync-error${suffix}`, createAlertOnSyncError(send))
      .on('sync.paused', `alert-on-sync-paused${suffix}`, createAlertOnSyncPaused(send));
  }
  if ((environment[ConsumerEnvironment.DATABASE_SECRET_ID] ?? '') !== '')
    addDatabaseHandlers(router, environment);
  return router;
}

/** Each is loaded with its first event: see `with-database.ts`. What they do is yours to edit in `transforms/`. */
function addDatabaseHandlers(router: EventRouter, environment: Environment): void {
  const onDatabase = withDatabase(async () =>
    (await import('../database/use-cases/open-database.ts')).openDatabase(environment),
  );
  const cleanSupaglueTables = environment[ConsumerEnvironment.CLEAN_SUPAGLUE_TABLES] === 'true';
  router
    .on(
      'sync.complete',
      'transform-synced-data',
      onDatabase(
        async () => (await import('../database/use-cases/transform-synced-data.ts')).transformSyncedData,
      ),
    )
    .on(
      'connection.created',
      'note-connection',
      onDatabase(async () => (await import('../database/use-cases/note-connection.ts')).noteConnection),
    )
    .on(
      'connection.deleted',
      'clean-up-connection',
      onDatabase(async () =>
        (await import('../database/use-cases/clean-up-connection.ts')).createCleanUpConnection(
          cleanSupaglueTables,
        ),
      ),
    )
    .on(
      ['object.field_mapping.created', 'object.field_mapping.updated'],
      'backfill-object',
      onDatabase(async () => {
        const [{ createBackfillObject }, { fullSyncOf }] = await Promise.all([
          import('../database/use-cases/backfill-object.ts'),
          import('../database/use-cases/supaglue-api.ts'),
        ]);
        return createBackfillObject(fullSyncOf(environment));
      }),
    )
    .on(
      ['entity.entity_mapping.created', 'entity.entity_mapping.updated', 'entity.entity_mapping.deleted'],
      'rebuild-entity',
      onDatabase(async () => (await import('../database/use-cases/rebuild-entity.ts')).rebuildEntity),
    );
}

export const handlers = createHandlers(process.env);
