import type { StopReason } from '../contract/reconcile.ts';
import { inParallel } from '../runtime/in-parallel.ts';
import { type Calls, StopError } from './calls.ts';
import {
  connectionsIn,
  customersIn,
  entityMappingsIn,
  entityNamesIn,
  fieldMappingsIn,
  type ListedConnection,
  type Listings,
  runsIn,
} from './listings.ts';
import { runsFromMs, type Snapshot } from './snapshot.ts';

/** Requests under way at once. */
export const AT_ONCE = 8;
/** Supaglue has field mappings of CRMs alone. */
const WITH_FIELD_MAPPINGS = 'crm';

/**
 * Lists what Supaglue's API shows: customers and runs whole, then the customers that were not listed for longest, as far
 * as calls and time reach. A customer's listing counts when all of it was answered.
 */
export async function list(
  snapshot: Snapshot,
  calls: Calls,
  { nowMs, graceMs }: { readonly nowMs: () => number; readonly graceMs: number },
) {
  const connections = new Map<
    string,
    { readonly askedAtMs: number; readonly listed: readonly ListedConnection[] }
  >();
  const entities: Record<string, string> = {};
  let listings: Listings = { connections, entities, runs: [] };
  let unreadable = 0;
  let stopped: StopReason | undefined;
  try {
    const askedAtMs = nowMs();
    const found = customersIn(await calls.answerTo('/customers'));
    if (found === undefined) throw new StopError('customers-unreadable');
    listings = { ...listings, customers: { ...found, askedAtMs } };
    // Another application's key: what it shows would be taken for everything gone.
    if ((snapshot.applicationId ?? found.applicationId) !== found.applicationId)
      return { listings, unreadable };
    listings = { ...listings, ...(await listRuns(calls, runsFromMs(snapshot, graceMs), nowMs())) };
    const present = new Set(found.ids);
    const lastMs = (id: string) => snapshot.customers[id]?.listedAtMs ?? 0;
    const all = [...new Set([...found.ids, ...Object.keys(snapshot.customers)])];
    await inParallel(
      all.sort((one, other) => lastMs(one) - lastMs(other)),
      AT_ONCE,
      async (id) => {
        const startedMs = nowMs();
        const listed = await listCustomer(calls, id, present.has(id), entities);
        if (listed === undefined) unreadable++;
        else connections.set(id, { askedAtMs: startedMs, listed });
      },
    );
  } catch (error) {
    if (!(error instanceof StopError)) throw error;
    stopped = error.reason;
  }
  return { listings, unreadable, stopped };
}

/** @returns `undefined` when it is no complete listing */
async function listCustomer(
  calls: Calls,
  customerId: string,
  isPresent: boolean,
  entities: Record<string, string>,
) {
  const answer = await calls.answerTo(`/customers/${encodeURIComponent(customerId)}/connections`);
  // Two listings agree that there is no such customer. Of one that is there, it is a fault.
  if (answer === 'refused' && !isPresent) return [];
  const listed = connectionsIn(answer, customerId);
  for (const connection of listed ?? []) {
    const { id, providerName, category } = connection;
    const of = { customerId, providerName };
    const entity = await calls.answerTo('/entity_mappings', of);
    const field = category === WITH_FIELD_MAPPINGS ? await calls.answerTo('/field_mappings', of) : [];
    // The connection has gone meanwhile, or Supaglue knows no mappings of its provider.
    if (entity === 'refused' || field === 'refused') continue;
    const mapped = [entityMappingsIn(entity, id), fieldMappingsIn(field, id)];
    if (mapped.includes(undefined)) return undefined;
    Object.assign(entities, entityNamesIn(entity));
    connection.mappings = Object.assign({}, ...mapped);
  }
  return listed;
}

/** All pages; of a listing that breaks off what there is, without `runsAskedAtMs`. */
async function listRuns(calls: Calls, fromMs: number, runsAskedAtMs: number) {
  const runs: Listings['runs'][number][] = [];
  const cursors = new Set<string>();
  for (let cursor = ''; ; ) {
    const query = {
      end_timestamp: `>${new Date(fromMs).toISOString()}`,
      page_size: '1000',
      ...(cursor && { cursor }),
    };
    const page = runsIn(await calls.answerTo(`/sync-runs?${new URLSearchParams(query)}`));
    runs.push(...(page?.runs ?? []));
    // A full last page has a next one, which is empty.
    if (page !== undefined && page.next === undefined) return { runs, runsAskedAtMs };
    if (page?.next === undefined || cursors.has(page.next)) return { runs };
    cursor = page.next;
    cursors.add(cursor);
  }
}
