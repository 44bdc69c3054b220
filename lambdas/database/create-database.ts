import { ConsumerEnvironment } from '../contract/environment.ts';
import { type Environment, requireText } from '../runtime/environment.ts';
import type { Database } from './database.ts';
import { createPostgresDatabase } from './postgres-database.ts';
import { requireSchemaName } from './schema-name.ts';
import { createSecretReader } from './secret-reader.ts';
import { createSessionOpener } from './session-opener.ts';

/**
 * The database that the function's environment names; nothing is connected or read yet. Make one for an execution
 * environment: each has one connection. Import this file lazily: it loads `pg`.
 *
 * @throws {ConfigurationError} when a variable is missing or no plain name
 */
export function createDatabase(environment: Environment): Database {
  const caSecretId = environment[ConsumerEnvironment.DATABASE_CA_SECRET_ID];
  return createPostgresDatabase({
    supaglueSchema: requireSchemaName(environment, ConsumerEnvironment.SUPAGLUE_SCHEMA),
    applicationSchema: requireSchemaName(environment, ConsumerEnvironment.APPLICATION_SCHEMA),
    openSession: createSessionOpener({
      readSecret: createSecretReader(
        requireText(environment, ConsumerEnvironment.DATABASE_SECRET_ID),
        'database',
      ),
      readCa: caSecretId === undefined ? undefined : createSecretReader(caSecretId, 'database certificates'),
      nowMs: Date.now,
    }),
    nowMs: Date.now,
  });
}
