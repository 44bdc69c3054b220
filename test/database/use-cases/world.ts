import { createPostgresDatabase } from '../../../lambdas/database/postgres-database.ts';
import type { ApplicationDatabase } from '../../../lambdas/database/transforms/mapping.ts';
import { prepareSchema } from '../../../lambdas/database/transforms/prepare-schema.ts';
import type { HandlerContext } from '../../../lambdas/router/index.ts';
import { transforms } from '../../fixtures/app/transforms/manifest.ts';
import { contextOf } from '../../router/handler-context.ts';
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts';

export const APPLICATION = '00000000-0000-4000-8000-00000000000a';
export const OTHER_APPLICATION = '00000000-0000-4000-8000-00000000000b';

const SUPAGLUE_TABLES = [
  'hubspot_contact',
  'hubspot_company',
  'salesforce_contact',
  'salesforce_account',
  'entity_lead_source',
];
const APPLICATION_TABLES = [
  'contacts',
  'accounts',
  'entities',
  'supaglue_watermarks',
  'supaglue_connections',
  'supaglue_entities',
  'supaglue_schemas',
];

export interface Seed {
  readonly table?: string;
  readonly applicationId?: string;
  readonly customerId?: string;
  readonly providerName?: string;
  /** Ids are `row-FROM` to `row-TO`. */
  readonly from?: number;
  readonly to: number;
  /** Minutes after midnight; the row's number in milliseconds is added. */
  readonly modifiedMinute?: number;
  readonly emittedMinute?: number;
  readonly isDeleted?: boolean;
  readonly raw?: Readonly<Record<string, unknown>>;
  readonly mapped?: Readonly<Record<string, unknown>>;
}

/** A PostgreSQL with Supaglue-shaped tables and the handlers' own. */
export interface World {
  readonly postgres: TestPostgres;
  readonly database: ApplicationDatabase;
  /** Empties all tables. */
  reset(): Promise<void>;
  /** Copies all tables, for {@link World.restore}. */
  keep(): Promise<void>;
  /** Brings back what was kept. */
  restore(): Promise<void>;
  seed(seed: Seed): Promise<void>;
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** All that the handlers may change, but for the times of their own clock. */
  snapshot(): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

/** Ends the session of a database at a statement, by closing its socket. */
export interface Interruption {
  /** Called before each statement, BEGIN and COMMIT included. @returns true to close the connection */
  cuts(text: string): boolean;
  /** Given what closes the connection of a session. */
  opened?(close: () => void): void;
}

export function databaseOf(postgres: TestPostgres, interruption?: Interruption): ApplicationDatabase {
  const database = createPostgresDatabase({
    supaglueSchema: postgres.supaglueSchema,
    applicationSchema: postgres.applicationSchema,
    async openSession(timeLeftMs, signal) {
      const session = await postgres.openSession(timeLeftMs, signal);
      if (interruption === undefined) return session;
      interruption.opened?.(() => session.destroy());
      return {
        get dead() {
          return session.dead;
        },
        query(text, values) {
          if (interruption.cuts(text)) session.destroy();
          return session.query(text, values);
        },
        destroy: () => session.destroy(),
      };
    },
    nowMs: Date.now,
  });
  return { ...database, transforms };
}

export async function startWorld(): Promise<World> {
  const postgres = await startTestPostgres();
  const { supaglueSchema, applicationSchema } = postgres;
  for (const table of SUPAGLUE_TABLES) {
    await postgres.query(`create table ${supaglueSchema}.${table} (
      _supaglue_application_id text not null, _supaglue_provider_name text not null,
      _supaglue_customer_id text not null, _supaglue_id text not null,
      _supaglue_emitted_at timestamp(3) not null, _supaglue_last_modified_at timestamp(3) not null,
      _supaglue_is_deleted boolean not null, _supaglue_raw_data jsonb not null, _supaglue_mapped_data jsonb not null,
      primary key (_supaglue_application_id, _supaglue_provider_name, _supaglue_customer_id, _supaglue_id)
    )`);
  }
  const database = databaseOf(postgres);
  await database.transaction((tx) => prepareSchema(tx, database), bounds());
  /** Each table, and where a copy of it may be kept. */
  const copies = new Map([
    ...SUPAGLUE_TABLES.map(
      (table) => [`${supaglueSchema}.${table}`, `${applicationSchema}.kept_${table}`] as const,
    ),
    ...APPLICATION_TABLES.map(
      (table) => [`${applicationSchema}.${table}`, `${applicationSchema}.kept_${table}`] as const,
    ),
  ]);
  /** One statement that changes all tables. */
  const each = (change: (table: string, copy: string) => string) => {
    const changes = [...copies].map(([table, copy], index) => `change_${index} as (${change(table, copy)})`);
    return `with ${changes.join(', ')} select`;
  };
  const rows: World['rows'] = async (sql, values) => (await postgres.query(sql, values)).rows;

  return {
    postgres,
    database,
    rows,
    async reset() {
      await postgres.query(each((table) => `delete from ${table}`));
    },
    async keep() {
      for (const [table, copy] of copies) {
        await postgres.query(`drop table if exists ${copy}`);
        await postgres.query(`create table ${copy} as select * from ${table}`);
      }
    },
    async restore() {
      await postgres.query(each((table) => `delete from ${table}`));
      await postgres.query(each((table, copy) => `insert into ${table} select * from ${copy}`));
    },
    async seed(seed) {
      const { table = 'hubspot_contact', providerName = 'hubspot', customerId = 'customer-1' } = seed;
      const { applicationId = APPLICATION, from = 1, to, isDeleted = false, mapped = {} } = seed;
      const { modifiedMinute = 0, emittedMinute = modifiedMinute, raw = { firstname: 'Ada' } } = seed;
      await postgres.query(
        `insert into ${supaglueSchema}.${table}
         select $1, $2, $3, 'row-' || n,
           timestamp '2026-01-01' + $6 * interval '1 minute' + n * interval '1 millisecond',
           timestamp '2026-01-01' + $7 * interval '1 minute' + n * interval '1 millisecond',
           $8::boolean, $9::jsonb || jsonb_build_object('email', 'Row-' || n || '@EXAMPLE.com'), $10::jsonb
         from generate_series($4::int, $5::int) as n
         on conflict (_supaglue_application_id, _supaglue_provider_name, _supaglue_customer_id, _supaglue_id)
         do update set _supaglue_emitted_at = excluded._supaglue_emitted_at,
           _supaglue_last_modified_at = excluded._supaglue_last_modified_at,
           _supaglue_is_deleted = excluded._supaglue_is_deleted,
           _supaglue_raw_data = excluded._supaglue_raw_data,
           _supaglue_mapped_data = excluded._supaglue_mapped_data`,
        [
          ...[applicationId, providerName, customerId, from, to, emittedMinute, modifiedMinute, isDeleted],
          ...[JSON.stringify(raw), JSON.stringify(mapped)],
        ],
      );
    },
    async snapshot() {
      const contents = [...copies.keys()].map(
        (table) => `'${table.split('.')[1]}', (
          select coalesce(jsonb_agg(content order by content::text), '[]') from (
            select to_jsonb(t) - 'first_seen_at' - 'deleted_at'
              || jsonb_build_object('was_deleted', to_jsonb(t) ->> 'deleted_at' is not null) as content
            from ${table} as t
          ) as contents
        )`,
      );
      const [row] = await rows(`select jsonb_build_object(${contents.join(', ')})::text as all_tables`);
      return JSON.parse(String(row?.['all_tables']));
    },
    stop: () => postgres.stop(),
  };
}

/** By default more time than any machine needs: what a test has of it is for that test to say. */
export function bounds(leftMs = 600_000) {
  return { signal: new AbortController().signal, deadline: new Date(Date.now() + leftMs) };
}

/** A logger, and all that it was told. */
export function logging() {
  const lines: unknown[][] = [];
  const log = (...line: unknown[]) => void lines.push(line);
  return { lines, logger: { debug: log, info: log, warn: log, error: log } };
}

/** A context with time; events of their own id. */
export function handling<Event>(
  event: Event,
  overrides: Partial<Omit<HandlerContext<Event>, 'event'>> = {},
): HandlerContext<Event> {
  return contextOf(event, { ...bounds(), ...overrides });
}
