import type { Transaction } from '../database.ts';
import type { Scope } from './scope.ts';
import { type SourceTable, supaglueTable, textOf, textsOf } from './sql.ts';

/**
 * A pass reads this much of what the one before has read, too. Supaglue writes a run's rows in several
 * transactions, not in the order of their times; upserts make the repetition harmless.
 */
const OVERLAP = '1 hour';

/** One customer's rows of a table. */
export interface Source extends Scope, SourceTable {}

/** What a watermark is kept by. */
export type SourceKey = Scope & Pick<SourceTable, 'source'>;

/**
 * A walk over the rows of one source: first those that changed, in the order of (modified at, id), then those marked
 * as deleted, in the order of id. Times are PostgreSQL's text.
 */
export interface Pass {
  /** The event that began it. */
  readonly by: string;
  readonly sinceModifiedAt: string;
  readonly sinceEmittedAt: string;
  readonly floorEmittedAt: string;
  /** The last row that was transformed; with {@link SWEEPING} as its time, the last that was looked at for deletions. */
  readonly cursor: RowKey;
}

/** A time after every row's. */
export const SWEEPING = 'infinity';

export interface RowKey {
  readonly modifiedAt: string;
  readonly id: string;
}

export interface Watermark {
  readonly pass: Pass | undefined;
  /** The event whose pass over everything was the last to end. */
  readonly everythingBy: string | undefined;
}

const KEY = 'application_id = $1 and customer_id = $2 and provider_name = $3 and source = $4';

export function keyOf({ applicationId, customerId, providerName, source }: SourceKey): string[] {
  return [applicationId, customerId, providerName, source];
}

/** Locks the watermark until the transaction ends: two events for the same rows take turns. */
export async function lockWatermark(tx: Transaction, source: SourceKey): Promise<Watermark> {
  await tx.query(
    `insert into :"application".supaglue_watermarks (application_id, customer_id, provider_name, source)
       values ($1, $2, $3, $4) on conflict do nothing`,
    keyOf(source),
  );
  const { rows } = await tx.query(
    `select pass_by, everything_by, floor_emitted_at::text, since_modified_at::text, since_emitted_at::text,
              cursor_modified_at::text, cursor_id
       from :"application".supaglue_watermarks where ${KEY} for update`,
    keyOf(source),
  );
  return { pass: passOf(rows[0]), everythingBy: textOf(rows[0], 'everything_by') };
}

/** Begins at what the last pass has left, or at the first row when `everything` is asked for. */
export async function beginPass(
  tx: Transaction,
  source: Source,
  { by, everything }: { readonly by: string; readonly everything: boolean },
): Promise<Pass> {
  // What is written while the pass walks is read by the next one: the new watermark is taken before it starts.
  const { rows } = await tx.query(
    `update :"application".supaglue_watermarks as mark set
         pass_by = $5, pass_everything = $6,
         since_modified_at = case when $6 then '-infinity' else mark.modified_at - interval '${OVERLAP}' end,
         since_emitted_at = case when $6 then '-infinity' else mark.emitted_at - interval '${OVERLAP}' end,
         next_modified_at = coalesce(latest.modified_at, mark.modified_at),
         next_emitted_at = coalesce(latest.emitted_at, mark.emitted_at),
         cursor_modified_at = '-infinity', cursor_id = ''
       from (
         select max(${source.layout.modifiedAt}) as modified_at, max(_supaglue_emitted_at) as emitted_at
         from ${supaglueTable(source)}
         where _supaglue_application_id = $1 and _supaglue_customer_id = $2 and _supaglue_provider_name = $3
       ) as latest
       where ${KEY}
       returning pass_by, floor_emitted_at::text, since_modified_at::text, since_emitted_at::text,
                 cursor_modified_at::text, cursor_id`,
    [...keyOf(source), by, everything],
  );
  const pass = passOf(rows[0]);
  if (pass === undefined) throw new Error('the watermark vanished under its lock');
  return pass;
}

export async function moveCursor(tx: Transaction, source: SourceKey, to: RowKey): Promise<void> {
  await tx.query(
    `update :"application".supaglue_watermarks set cursor_modified_at = $5, cursor_id = $6 where ${KEY}`,
    [...keyOf(source), to.modifiedAt, to.id],
  );
}

/** The watermark moves, never back. */
export async function endPass(tx: Transaction, source: SourceKey): Promise<void> {
  await tx.query(
    `update :"application".supaglue_watermarks set
         modified_at = greatest(modified_at, next_modified_at),
         emitted_at = greatest(emitted_at, next_emitted_at),
         everything_by = case when pass_everything then pass_by else everything_by end,
         pass_by = null, pass_everything = null, since_modified_at = null, since_emitted_at = null,
         next_modified_at = null, next_emitted_at = null, cursor_modified_at = null, cursor_id = null
       where ${KEY}`,
    keyOf(source),
  );
}

function passOf(row: Readonly<Record<string, unknown>> | undefined): Pass | undefined {
  const by = textOf(row, 'pass_by');
  if (by === undefined) return undefined;
  const time = (column: string) => textOf(row, column) ?? '-infinity';
  return {
    by,
    sinceModifiedAt: time('since_modified_at'),
    sinceEmittedAt: time('since_emitted_at'),
    floorEmittedAt: time('floor_emitted_at'),
    cursor: { modifiedAt: time('cursor_modified_at'), id: textOf(row, 'cursor_id') ?? '' },
  };
}

/**
 * The next pass reads everything that a deleted connection has not left.
 *
 * @returns the sources that the table's rows are marked with: one for each schema that it was read in
 */
export async function forgetTable(
  tx: Transaction,
  { applicationId, customerId, providerName }: Scope,
  table: string,
): Promise<string[]> {
  const { rows } = await tx.query(
    `update :"application".supaglue_watermarks set
         modified_at = default, emitted_at = default, everything_by = null,
         pass_by = null, pass_everything = null, since_modified_at = null, since_emitted_at = null,
         next_modified_at = null, next_emitted_at = null, cursor_modified_at = null, cursor_id = null
       where application_id = $1 and customer_id = $2 and provider_name = $3
         and substring(source from '[^.]*$') = $4
       returning source`,
    [applicationId, customerId, providerName, table],
  );
  return textsOf(rows, 'source');
}
