import '../../local/javascript-pg.ts';
import pg from 'pg';
import { chainMessage } from '../../lambdas/runtime/error-text.ts';
import { safeText } from '../../local/safe-text.ts';
import { CommandError } from './command-error.ts';
import type { Target, TargetDatabase } from './target.ts';

export interface QueryAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface TableCount {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * The target's database.
 *
 * @throws {CommandError} when it has none, or one that only its functions reach
 */
export function databaseOf({ kind, database }: Target): TargetDatabase {
  if (database !== undefined) return database;
  throw new CommandError(
    kind === 'local'
      ? 'the local run has no database: start it with `npm start -- --with-database`'
      : 'the database of a stack is reached by its functions alone: use psql with the address in its secret',
  );
}

/**
 * Runs one statement that only reads.
 *
 * @throws {CommandError} with the server's words when it refuses
 */
export function readQuery(database: TargetDatabase, text: string, signal: AbortSignal): Promise<QueryAnswer> {
  return withClient(database, signal, (client) => oneStatement(client, text));
}

/** Row counts of Supaglue's and the application's tables, by schema and name. @throws {CommandError} */
export function countTables(database: TargetDatabase, signal: AbortSignal): Promise<readonly TableCount[]> {
  return withClient(database, signal, async (client) => {
    const schemas = [database.supaglueSchema, database.applicationSchema];
    const { rows } = await client.query<{ schema: string; name: string }>(
      `select table_schema as schema, table_name as name from information_schema.tables
       where table_schema = any($1) and table_type = 'BASE TABLE' order by 1, 2`,
      [schemas],
    );
    const counts: TableCount[] = [];
    for (const { schema, name } of rows) {
      const { escapeIdentifier } = client;
      const answer = await client.query<{ count: string }>(
        `select count(*) from ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`,
      );
      counts.push({ schema, table: name, rows: Number(answer.rows[0]?.count ?? 0) });
    }
    return counts;
  });
}

async function oneStatement(client: pg.Client, text: string): Promise<QueryAnswer> {
  // The extended protocol takes one statement: a COMMIT before a second one would end what only reads.
  const config: pg.QueryArrayConfig & { readonly queryMode: 'extended' } = {
    text,
    rowMode: 'array',
    queryMode: 'extended',
  };
  const { fields, rows } = await client.query(config);
  return { columns: fields.map(({ name }) => name), rows };
}

/** `pg` takes dates and timestamps without a zone for this machine's: as text they stay what the table holds. */
const ZONELESS: ReadonlySet<number> = new Set([
  pg.types.builtins.DATE,
  pg.types.builtins.TIMESTAMP,
  // Arrays of both, which have no name there.
  1115,
  1182,
]);
const asText = (value: string) => value;

/** In a transaction that only reads; PGlite also needs one around statements with parameters. */
async function withClient<R>(
  { url }: TargetDatabase,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<R>,
): Promise<R> {
  signal.throwIfAborted();
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: {
      getTypeParser: (oid, format) => (ZONELESS.has(oid) ? asText : pg.types.getTypeParser(oid, format)),
    },
  });
  // What ends an idle connection is told by the next query.
  client.on('error', () => undefined);
  const end = () => void client.end().catch(() => undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    await client.connect();
    await client.query(`begin read only; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    const result = await work(client);
    await client.query('rollback');
    return result;
  } catch (error) {
    signal.throwIfAborted();
    const cause = safeText(chainMessage(error));
    throw new CommandError(`the database refused: ${cause}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', end);
    await client.end().catch(() => undefined);
  }
}
