import { type HandlerContext, NotYetError } from '../../router/index.ts';
import { fullSyncAskedAfter, noteFullSync } from '../transforms/full-sync-state.ts';
import type { ApplicationDatabase } from '../transforms/mapping.ts';
import type { SourceKey } from '../transforms/watermark.ts';
import { listIn, objectIn, textIn } from './answers.ts';
import type { ConnectionOf, SupaglueApi } from './api.ts';

export interface SyncedObject {
  readonly of: ConnectionOf;
  readonly objectType: string;
  /** As the event names it: Supaglue tells upper from lower case. */
  readonly object: string;
}

/** A run takes minutes, at most two hours. The queue gives a message back some fifty times. */
const WAIT_FOR_A_RUN_SECONDS = 180;
/** Asked for, a run starts at once. */
const WAIT_FOR_THE_START_SECONDS = 20;
/** The newest of them are looked at. */
const RUNS_READ = 50;

interface Run {
  readonly id: string;
  readonly isUnderWay: boolean;
  readonly mayBeFull: boolean;
}

/**
 * Has Supaglue sync an object from its first row on. Asked for during a run, Supaglue says yes and forgets it: so the
 * request waits for the end of a run, and is made again until a run has started after it.
 *
 * @throws {NotYetError} while there is something to wait for
 */
export async function ensureFullSync(
  synced: SyncedObject,
  source: SourceKey,
  database: ApplicationDatabase,
  context: HandlerContext<unknown>,
): Promise<void> {
  const { supaglue } = database;
  const { eventId, signal, logger } = context;
  if (supaglue === undefined) return;
  const asked = await database.transaction((tx) => fullSyncAskedAfter(tx, source, eventId), context);
  if (asked === 'done') return;
  const note = (state: 'done' | { readonly after: string }) =>
    database.transaction((tx) => noteFullSync(tx, source, eventId, state), context);

  const runs = await newestRuns(synced, supaglue, signal);
  // By their order alone: Supaglue's clock and ours are never compared.
  if (asked !== undefined && newerThan(asked.after, runs).some(({ mayBeFull }) => mayBeFull)) {
    await note('done');
    logger.info('the full sync has started', { object: synced.object });
    return;
  }
  if (runs.some(({ isUnderWay }) => isUnderWay)) {
    throw new NotYetError(
      WAIT_FOR_A_RUN_SECONDS,
      'a full sync can be asked for when the run under way has ended',
    );
  }
  await askForFullSync(synced, supaglue, signal);
  // A crash between the two asks once more: a second full sync costs time and changes nothing.
  await note({ after: runs[0]?.id ?? '' });
  logger.info('full sync requested', { object: synced.object });
  throw new NotYetError(WAIT_FOR_THE_START_SECONDS, 'whether the full sync has started is looked at soon');
}

async function askForFullSync(
  synced: SyncedObject,
  supaglue: SupaglueApi,
  signal: AbortSignal,
): Promise<void> {
  const { of, objectType, object } = synced;
  await supaglue({
    what: 'the request for a full sync',
    path: '/syncs/_trigger',
    of,
    body: { object_type: objectType, object, perform_full_refresh: true },
    signal,
  });
}

function newerThan(id: string, runs: readonly Run[]): readonly Run[] {
  const at = runs.findIndex((run) => run.id === id);
  return at < 0 ? runs : runs.slice(0, at);
}

/** The newest first. */
async function newestRuns(synced: SyncedObject, supaglue: SupaglueApi, signal: AbortSignal): Promise<Run[]> {
  const { of, objectType, object } = synced;
  const query = new URLSearchParams({
    customer_id: of.customerId,
    provider_name: of.providerName,
    object_type: objectType,
    object,
    page_size: String(RUNS_READ),
  });
  const page = await supaglue({ what: 'the question for its runs', path: `/sync-runs?${query}`, signal });
  return listIn(objectIn(page)['results']).map(({ id, status, strategy }) => ({
    id: textIn(id) ?? '',
    isUnderWay: status === 'IN_PROGRESS',
    // Older versions do not tell it.
    mayBeFull: !/incremental/i.test(textIn(strategy) ?? '') || /full/i.test(textIn(strategy) ?? ''),
  }));
}
