import '../javascript-pg.ts';
import pg from 'pg';
import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { chainMessage } from '../../lambdas/runtime/error-text.ts';
import { startPostgresEngine } from '../engines/postgres.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../identity.ts';
import { LocalError } from '../local-error.ts';
import { SEEDED_TABLES, supaglueTablesText } from './supaglue-tables.ts';

/** ARN of the local run's database secret: what its template is synthesised with. */
export const LOCAL_DATABASE_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:local-database-local1`;

/** The stack's own defaults. */
const SUPAGLUE_SCHEMA = 'supaglue';
const APPLICATION_SCHEMA = 'app';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Variable with the database's URL: for `npm start`, and in its exports. */
export const DATABASE_URL_VARIABLE = 'DATABASE_URL';

export type LocalDatabase = Awaited<ReturnType<typeof startLocalDatabase>>;

export interface LocalDatabaseOptions {
  /** From the command line: any host. */
  readonly namedUrl?: string | undefined;
  /** From the environment, where one for another purpose may stand: loopback hosts alone. */
  readonly environmentUrl?: string | undefined;
}

/**
 * A PostgreSQL database with tables as Supaglue fills them: an embedded one, or the given one, whose tables of these
 * names are left as they are.
 *
 * @throws {LocalError} when the URL is none of this machine and nobody named it, or the server is not reached
 */
export async function startLocalDatabase(options: LocalDatabaseOptions = {}) {
  const given = givenUrl(options);
  const engine = given === undefined ? await startPostgresEngine() : undefined;
  const url = engine?.url ?? given ?? '';
  try {
    await seed(url);
  } catch (error) {
    await engine?.stop();
    const cause = chainMessage(error);
    throw new LocalError(`the database cannot be used (${cause})`, { cause: error });
  }
  const secretsByArn: Readonly<Record<string, string>> = { [LOCAL_DATABASE_SECRET_ARN]: url };
  return {
    /** Holds the password. */
    url,
    /** Whether it is PGlite, gone with the run. */
    isEmbedded: engine !== undefined,
    /** What the functions read: the URL, under the ARN that the template was synthesised with. */
    secretsByArn,
    /** For the operator's commands. */
    exports: {
      [DATABASE_URL_VARIABLE]: url,
      [ConsumerEnvironment.DATABASE_SECRET_ID]: LOCAL_DATABASE_SECRET_ARN,
      [ConsumerEnvironment.SUPAGLUE_SCHEMA]: SUPAGLUE_SCHEMA,
      [ConsumerEnvironment.APPLICATION_SCHEMA]: APPLICATION_SCHEMA,
    },
    async stop() {
      await engine?.stop();
    },
  };
}

function givenUrl({ namedUrl, environmentUrl }: LocalDatabaseOptions): string | undefined {
  const given = namedUrl ?? environmentUrl;
  if (given === undefined || given === '') return undefined;
  if (!/^postgres(ql)?:\/\//.test(given) || !URL.canParse(given)) {
    throw new LocalError(`${DATABASE_URL_VARIABLE} is no postgres:// URL`);
  }
  const url = new URL(given);
  const isLoopback = LOOPBACK.has(url.hostname);
  if (!isLoopback && namedUrl === undefined) {
    throw new LocalError(
      `${DATABASE_URL_VARIABLE} names another machine: if the local run shall write there, start it with --database-url`,
    );
  }
  // A server on this machine seldom has a certificate.
  if (isLoopback && !url.searchParams.has('sslmode')) url.searchParams.set('sslmode', 'disable');
  return url.href;
}

async function seed(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = '${SUPAGLUE_SCHEMA}'`,
    );
    const present = rows.map(({ name }) => name).filter((name) => SEEDED_TABLES.includes(name));
    if (present.length > 0) return;
    // One transaction, as several statements in one text are.
    await client.query(
      [
        `create schema if not exists ${SUPAGLUE_SCHEMA};`,
        `create schema if not exists ${APPLICATION_SCHEMA};`,
        supaglueTablesText(SUPAGLUE_SCHEMA),
      ].join('\n'),
    );
  } finally {
    await client.end();
  }
}
