import { createHash } from 'node:crypto';
import type { GapKind, StopReason } from '../contract/reconcile.ts';
import { RECONCILED } from '../contract/reconciled-id.ts';
import { contentKey } from '../events/content-key.ts';
import type { ContentRecord } from '../ledger/contents.ts';
import type { ListedConnection, ListedMapping, Listings } from './listings.ts';
import {
  type Gap,
  type KnownConnection,
  type KnownCustomer,
  type Noticed,
  runsFromMs,
  type Snapshot,
} from './snapshot.ts';

export interface Settings {
  /** A gap counts after this long: Supaglue's own delays, and Svix's first retries. */
  readonly graceMs: number;
  /** More than this share of the connections, and three of them, gone at once: nothing is deleted. 0 to 1. */
  readonly goneShare: number;
  /** So many may be gone at once all the same. @default 0 */
  readonly allowGone?: number;
}

/** Fewer at once are no outage. */
const LEAST_GONE = 3;
/** The rest is found by the next run. */
const MAX_GAPS = 1_000;

/** A change that no event may have told. */
interface Candidate {
  readonly kind: GapKind;
  readonly key: string;
  /** The last listing without it; 0 for what happens once. */
  readonly sinceMs: number;
  readonly atMs: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly isDue: boolean;
  /** Its handlers remove data. */
  readonly destroys: boolean;
  /** The snapshot takes the change for told. */
  readonly adopt: () => void;
}

export interface Compared {
  /** A copy: what was compared is noted in it, nothing is decided. */
  readonly snapshot: Snapshot;
  readonly candidates: readonly Candidate[];
  readonly schemas: readonly string[];
  readonly runsAskedAtMs?: number | undefined;
  readonly stopped: readonly StopReason[];
}

/** What the listings show otherwise than the snapshot: each with the content key under which an event has told it. */
export function compare(known: Snapshot, listings: Listings, nowMs: number, { graceMs }: Settings): Compared {
  const snapshot = structuredClone(known);
  const { customers, runsAskedAtMs } = listings;
  const applicationId = customers?.applicationId ?? snapshot.applicationId;
  if (applicationId !== (snapshot.applicationId ?? applicationId))
    return { snapshot, candidates: [], schemas: [], stopped: ['another-application'] };
  if (applicationId !== undefined) snapshot.applicationId = applicationId;
  Object.assign(snapshot.entities, listings.entities);
  if (customers !== undefined) noteCustomers(snapshot, customers);
  const there = new Set(customers?.ids);
  const schemas: string[] = [];
  const candidates = runCandidates(listings, snapshot, runsFromMs(snapshot, graceMs), nowMs - graceMs);
  for (const [customerId, { askedAtMs, listed }] of listings.connections) {
    const customer = snapshot.customers[customerId];
    if (customer === undefined) continue;
    const of = { customerId, customer, askedAtMs, graceMs, applicationId: applicationId ?? '' };
    for (const connection of listed) candidates.push(...compareConnection(connection, of, schemas));
    candidates.push(...missingOf(listed, of));
    customer.listedAtMs = askedAtMs;
    delete customer.isBaseline;
    // Neither listing knows it.
    if (!there.has(customerId) && Object.keys(customer.connections).length === 0)
      delete snapshot.customers[customerId];
  }
  return { snapshot, candidates, schemas, runsAskedAtMs, stopped: [] };
}

function noteCustomers(snapshot: Snapshot, { ids, askedAtMs }: NonNullable<Listings['customers']>): void {
  const before = snapshot.customersListedMs;
  for (const id of ids) {
    snapshot.customers[id] ??= {
      listedAtMs: before ?? 0,
      ...(before === undefined && { isBaseline: true }),
      connections: {},
    };
  }
  snapshot.customersListedMs = askedAtMs;
}

interface Of {
  readonly customerId: string;
  readonly customer: KnownCustomer;
  readonly askedAtMs: number;
  readonly graceMs: number;
  readonly applicationId: string;
}

function notice(before: Noticed | undefined, { customer, askedAtMs }: Of): Noticed {
  const noticed = before ?? { sinceMs: customer.listedAtMs, firstMs: askedAtMs, listings: 0 };
  noticed.listings++;
  return noticed;
}

/** What is gone must be gone from two complete listings in a row. */
function isDue({ firstMs, listings }: Noticed, { askedAtMs, graceMs }: Of, destroys: boolean): boolean {
  return askedAtMs - firstMs >= graceMs && listings >= (destroys ? 2 : 1);
}

function compareConnection(listed: ListedConnection, of: Of, schemas: string[]): Candidate[] {
  const { customer, customerId, askedAtMs: atMs } = of;
  const { id, providerName, providerId, category, schema, mappings } = listed;
  const before = customer.connections[id];
  const known: KnownConnection = before ?? { providerName, providerId, category, schema, mappings: {} };
  customer.connections[id] = known;
  // Left out by mistake, it was compared last before that.
  const listedAtMs = known.missing?.sinceMs ?? customer.listedAtMs;
  delete known.missing;
  if (known.schema !== schema) schemas.push(id);
  known.schema = schema;
  const isNew = before === undefined && customer.isBaseline !== true;
  const candidates: Candidate[] = [];
  if (isNew || known.created !== undefined) {
    const created = notice(known.created, of);
    known.created = created;
    candidates.push({
      kind: 'connection-new',
      key: contentKey('created', providerName, customerId),
      sinceMs: created.sinceMs,
      atMs,
      body: createdEvent(listed, customerId),
      isDue: isDue(created, of, false),
      destroys: false,
      adopt: () => delete known.created,
    });
  }
  if (mappings === undefined) return candidates;
  for (const key of new Set([...Object.keys(known.mappings), ...Object.keys(mappings)])) {
    const mapping = mappings[key];
    // That an object's mapping has ended, no event of Supaglue's tells.
    if (mapping === undefined && !key.startsWith('entity.')) continue;
    const hash = mapping?.hash ?? '';
    // There before anything was compared, or a developer's, which a new connection begins with.
    const isGiven = before === undefined && !(isNew && mapping?.isCustomers === true);
    if (isGiven || known.mappings[key]?.hash === hash) known.mappings[key] = { hash };
    else
      candidates.push(
        mappingCandidate(key, mapping, listed, known, { ...of, customer: { ...customer, listedAtMs } }),
      );
  }
  return candidates;
}

function mappingCandidate(
  key: string,
  mapping: ListedMapping | undefined,
  { id, providerName }: ListedConnection,
  { mappings }: KnownConnection,
  of: Of,
): Candidate {
  const { hash, changed: before, isLost: wasLost = false } = mappings[key] ?? { hash: '' };
  const isLost = mapping === undefined;
  // Lost and found again, or the other way, it is counted anew.
  const changed = notice(before && wasLost !== isLost ? { ...before, listings: 0 } : before, of);
  mappings[key] = { hash, changed, ...(isLost && { isLost }) };
  const what = key.startsWith('entity.') ? 'entity.entity_mapping' : 'object.field_mapping';
  return {
    kind: 'mapping',
    key,
    sinceMs: changed.sinceMs,
    atMs: of.askedAtMs,
    body: {
      webhook_event_type: `${what}.${isLost ? 'deleted' : hash === '' ? 'created' : 'updated'}`,
      ...{ application_id: of.applicationId, connection_id: id, customer_id: of.customerId },
      ...{ provider_name: providerName, result: 'SUCCESS' },
      ...(mapping?.facts ?? { entity_id: decodeURIComponent(key.split('.')[2] ?? '') }),
    },
    isDue: isDue(changed, of, isLost),
    destroys: isLost,
    adopt() {
      if (isLost) delete mappings[key];
      else mappings[key] = { hash: mapping.hash };
    },
  };
}

/** As Supaglue sends it: the connection's parameters, and no id of it. */
function createdEvent(
  { parameters, providerName, providerId, category }: ListedConnection,
  customer_id: string,
) {
  const { id: _, schema_mappings_config: __, entity_mappings: ___, ...told } = parameters;
  const known = { provider_id: providerId, provider_name: providerName, category };
  return { ...told, webhook_event_type: 'connection.created', customer_id, ...known, result: 'SUCCESS' };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function missingOf(listed: readonly ListedConnection[], of: Of): Candidate[] {
  const { customer, customerId, askedAtMs: atMs, applicationId } = of;
  const there = new Set(listed.map(({ id }) => id));
  return Object.entries(customer.connections).flatMap(([id, known]): Candidate[] => {
    if (there.has(id)) return [];
    const missing = notice(known.missing, of);
    known.missing = missing;
    const body = {
      ...{ webhook_event_type: 'connection.deleted', connection_id: id, result: 'SUCCESS' },
      // As Supaglue sends it; of another form the prefix would not be told from the id.
      customer_id: UUID.test(applicationId) ? `${applicationId}:${customerId}` : customerId,
      ...{ provider_id: known.providerId, provider_name: known.providerName, category: known.category },
    };
    return [
      {
        kind: 'connection-gone',
        key: contentKey('connection', id),
        sinceMs: 0,
        atMs,
        body,
        isDue: isDue(missing, of, true),
        destroys: true,
        adopt: () => delete customer.connections[id],
      },
    ];
  });
}

function runCandidates(
  { runs }: Listings,
  { toldRuns, entities }: Snapshot,
  fromMs: number,
  untilMs: number,
): Candidate[] {
  const isOurs = ({ id, endedAtMs: ended }: Listings['runs'][number]) =>
    ended >= fromMs && ended <= untilMs && !(id in toldRuns);
  const once = new Map(runs.filter(isOurs).map((run) => [run.id, run]));
  return [...once.values()].map(({ id, endedAtMs, event, entityId = '' }) => ({
    ...{ kind: 'sync', key: contentKey('sync', id), sinceMs: 0, atMs: endedAtMs },
    body: { ...event, ...(entities[entityId] && { entity_name: entities[entityId] }) },
    ...{ isDue: true, destroys: false },
    adopt() {
      toldRuns[id] = endedAtMs;
    },
  }));
}

/** In whole seconds: what came within the same second may tell of the change before. */
const secondsOf = (sinceMs: number) => Math.ceil(sinceMs / 1000);

/** What becomes of the candidates, once it is known which content keys were seen. */
export function conclude(
  { snapshot, candidates, schemas, runsAskedAtMs, stopped }: Compared,
  seen: ReadonlyMap<string, ContentRecord>,
  { graceMs, goneShare, allowGone = 0 }: Settings,
) {
  const untold = candidates.filter(({ key, kind, sinceMs, adopt }) => {
    const atMs = seen.get(key)?.atMs ?? 0;
    // Of a change an event that came after the last listing without it; of what happens once, since 0, whichever.
    const isTold = atMs > secondsOf(sinceMs) * 1000;
    if (isTold && kind !== 'sync') adopt();
    return !isTold;
  });
  const connections = Object.values(snapshot.customers).flatMap((each) => Object.values(each.connections));
  const missing = connections.filter(isLosing).length;
  const isTooMany = missing >= LEAST_GONE && missing > goneShare * connections.length && missing > allowGone;
  const due = untold.filter((candidate) => candidate.isDue && !(isTooMany && candidate.destroys));
  const made = due.slice(0, MAX_GAPS);
  for (const { adopt } of made) adopt();
  if (runsAskedAtMs !== undefined && made.length === due.length)
    snapshot.runsListedMs = [runsAskedAtMs, ...snapshot.runsListedMs].slice(0, 2);
  const fromMs = runsFromMs(snapshot, graceMs);
  for (const [id, endedAtMs] of Object.entries(snapshot.toldRuns))
    if (endedAtMs < fromMs) delete snapshot.toldRuns[id];
  const gaps = made.map(gapOf);
  snapshot.pending.push(...gaps);
  const stops: readonly StopReason[] = isTooMany ? [...stopped, 'too-many-gone'] : stopped;
  return { snapshot, gaps, waiting: untold.length - made.length, schemas, missing, stopped: stops };
}

function isLosing({ missing, mappings }: KnownConnection): boolean {
  return missing !== undefined || Object.values(mappings).some(({ isLost }) => isLost);
}

/** The same from two runs that saw the same: the ledger lets one of them run. */
function gapOf({ kind, key, sinceMs, atMs, body: event }: Candidate): Gap {
  const body = JSON.stringify(event);
  const sinceSeconds = secondsOf(sinceMs);
  const digest = createHash('sha256').update(`${key}\n${sinceSeconds}\n${body}`).digest('hex').slice(0, 40);
  return {
    id: RECONCILED + digest,
    kind,
    type: String(event['webhook_event_type']),
    key,
    body,
    sinceSeconds,
    atMs,
  };
}
