import { ConsumerEnvironment } from '../../contract/environment.ts';
import type { Environment } from '../../runtime/environment.ts';
import { createDatabase } from '../create-database.ts';
import { supaglueApiOf } from '../supaglue/api.ts';
import type { ApplicationDatabase, Transforms } from '../transforms/mapping.ts';
import { prepareSchema } from '../transforms/prepare-schema.ts';
import type { UseDatabase } from './with-database.ts';

/**
 * The database that the environment names. Loaded at the first event that needs it: it brings `pg` along.
 *
 * @throws {ConfigurationError} when a variable is missing or no plain name
 */
export function openDatabase(environment: Environment, transforms: Transforms): UseDatabase {
  return prepared({
    ...createDatabase(environment),
    transforms,
    supaglue: supaglueApiOf(environment),
    connectionSchemas: JSON.parse(environment[ConsumerEnvironment.CONNECTION_SCHEMAS] ?? '{}'),
  });
}

/** Looks for the application's tables once, and again only when that has failed. */
export function prepared(database: ApplicationDatabase): UseDatabase {
  let isPrepared = false;
  return async (bounds) => {
    if (!isPrepared) await database.transaction((tx) => prepareSchema(tx, database), bounds);
    isPrepared = true;
    return database;
  };
}
