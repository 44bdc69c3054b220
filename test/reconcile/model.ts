import { contentKey } from '../../lambdas/events/content-key.ts';
import { type ContentRecord, Contents } from '../../lambdas/ledger/contents.ts';
import type { ListedConnection, Listings } from '../../lambdas/reconcile/listings.ts';
import { compare, conclude } from '../../lambdas/reconcile/reconcile.ts';
import { firstSnapshot, type Gap, type Snapshot } from '../../lambdas/reconcile/snapshot.ts';
import { createRandom, type Random } from '../simulation/random.ts';
import { SimulatedTable } from '../simulation/table.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START_MS = Date.UTC(2026, 10, 23);
const DAY = 24 * HOUR;
const APPLICATION = 'application';

/** Something that happened at Supaglue, which an event should tell. */
interface Occurrence {
  readonly key: string;
  readonly type: string;
  readonly happensOnce: boolean;
  readonly atMs: number;
  /** When handlers have run that knew of it. */
  toldAtMs?: number;
  /** How many runs it was ripe for. */
  ripeRuns: number;
}

interface World {
  readonly random: Random;
  nowMs: number;
  readonly connections: Map<
    string,
    { readonly id: string; readonly customer: string; readonly mappings: Map<string, number> }
  >;
  readonly runs: { readonly id: string; readonly endedAtMs: number }[];
  readonly occurrences: Occurrence[];
  /** Times at which handlers ran, by content key. */
  readonly effects: Map<string, number[]>;
  readonly late: { readonly atMs: number; readonly deliver: () => Promise<void> }[];
}

/** One seed: changes, events that are swallowed or late, listings that break; then quiet. @returns what went wrong */
export async function runModel(seed: number, counts: Record<string, number> = {}): Promise<string[]> {
  const random = createRandom(seed, 'model');
  const graceMs = random.pick([0, 20 * MINUTE, HOUR]);
  const settings = { graceMs, goneShare: 0.2 };
  const table = new SimulatedTable({});
  const contents = new Contents(
    { updateItem: async (input) => table.update(input), getItem: async (input) => table.get(input) },
    'ledger',
  );
  const world: World = {
    random,
    nowMs: START_MS,
    connections: new Map(),
    runs: [],
    occurrences: [],
    effects: new Map(),
    late: [],
  };
  const problems: string[] = [];
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  let snapshot: Snapshot = firstSnapshot(START_MS);
  let names = 0;
  /** Real events of each key since the last complete listing: what happens after one of them could hide behind it. */
  let recent = new Set<string>();
  const settled = new Set<string>();
  const everKnown = new Set<string>();
  const skipped = new Set<string>();
  let hidden = new Set<string>();
  let hidingNow = new Set<string>();
  const customers = ['one', 'two', 'three', 'four', 'five'];
  const connect = (customer: string) => {
    const id = `connection-${++names}`;
    world.connections.set(id, { id, customer, mappings: new Map() });
    return id;
  };
  for (let index = 0; index < random.integer(2, 12); index++) connect(random.pick(customers));

  async function arrive(eventId: string, key: string, happensOnce: boolean, atMs: number, gap?: Gap) {
    if (gap === undefined) recent.add(key);
    // The ledger: the same id runs once.
    if (settled.has(eventId)) return;
    settled.add(eventId);
    const since = gap === undefined ? {} : { sinceMs: gap.sinceSeconds * 1000 };
    const holder = await contents.holderOf({ key, happensOnce, eventId, atMs, ...since }, world.nowMs);
    if (holder !== undefined)
      return count(gap === undefined ? 'late, ran nothing' : 'reconciled, ran nothing');
    count(gap === undefined ? 'told by an event' : 'told by a reconciled event');
    world.effects.set(key, [...(world.effects.get(key) ?? []), world.nowMs]);
    for (const occurrence of world.occurrences) {
      if (occurrence.key === key && occurrence.atMs <= world.nowMs) occurrence.toldAtMs ??= world.nowMs;
    }
  }

  /** Svix tells it at once, late, or never. */
  async function happens(key: string, type: string, happensOnce: boolean) {
    const occurrence: Occurrence = { key, type, happensOnce, atMs: world.nowMs, ripeRuns: 0 };
    world.occurrences.push(occurrence);
    const eventId = `msg_${world.occurrences.length}`;
    const deliver = () => arrive(eventId, key, happensOnce, world.nowMs);
    const fate =
      recent.has(key) && !happensOnce ? 'told' : random.pick(['told', 'told', 'late', 'lost', 'lost']);
    count(`happened, ${fate}`);
    if (fate === 'told') await deliver();
    if (fate === 'late') world.late.push({ atMs: world.nowMs + random.between(MINUTE, 30 * HOUR), deliver });
  }

  async function change() {
    const live = [...world.connections.values()];
    const connection = live.length === 0 ? undefined : random.pick(live);
    const what = random.pick(['run', 'run', 'connect', 'disconnect', 'map', 'map', 'unmap'] as const);
    if (what === 'connect') {
      const customer = random.pick(customers);
      // With one of the same provider there is no second.
      const provider = `hubspot${names + 1}`;
      connect(customer);
      await happens(contentKey('created', provider, customer), 'connection.created', false);
    } else if (connection === undefined) return;
    else if (what === 'run') {
      const id = `run-${++names}`;
      world.runs.push({ id, endedAtMs: world.nowMs });
      await happens(contentKey('sync', id), 'sync.complete', true);
    } else if (what === 'disconnect') {
      world.connections.delete(connection.id);
      await happens(contentKey('connection', connection.id), 'connection.deleted', true);
    } else {
      const key = contentKey('entity', connection.id, random.pick(['a', 'b']));
      const isUnmap = what === 'unmap';
      if (isUnmap === !connection.mappings.has(key))
        return isUnmap ? undefined : void (await map(connection, key));
      if (isUnmap) {
        connection.mappings.delete(key);
        await happens(key, 'entity.entity_mapping.deleted', false);
      } else await map(connection, key);
    }
  }

  async function map(connection: { readonly mappings: Map<string, number> }, key: string) {
    connection.mappings.set(key, ++names);
    await happens(key, 'entity.entity_mapping.updated', false);
  }

  function listed(isQuiet: boolean): Listings {
    const breaks = () => !isQuiet && random.chance(0.2);
    const askedAtMs = world.nowMs;
    const ids = customers.filter(() => !breaks() || !breaks());
    const connections = new Map<string, { askedAtMs: number; listed: ListedConnection[] }>();
    for (const customer of customers) {
      // A 404, 401 or 500, a page twice, half an answer: no listing.
      if (breaks()) continue;
      // Supaglue leaves one out that is there, and a second listing in a row does not.
      const own = [...world.connections.values()].filter((each) => each.customer === customer);
      const mayHide = ({ id }: { id: string }) => !isQuiet && everKnown.has(id) && !hidden.has(id);
      const left = own.filter((each) => mayHide(each) && random.chance(0.1));
      for (const { id } of left) hidingNow.add(id);
      connections.set(customer, {
        askedAtMs,
        listed: own.filter((each) => !left.includes(each)).map(asListed),
      });
    }
    // A page is skipped: each run is in two listings, and a second skip would be the same page's again.
    const runs = world.runs.filter(({ id }) => isQuiet || skipped.has(id) || !random.chance(0.1));
    for (const { id } of world.runs) if (!runs.some((run) => run.id === id)) skipped.add(id);
    return {
      customers: { applicationId: APPLICATION, ids, askedAtMs },
      connections,
      entities: {},
      runs: [...runs, ...runs.slice(0, 3)].map(({ id, endedAtMs }) => ({
        id,
        endedAtMs,
        event: { webhook_event_type: 'sync.complete', run_id: id },
      })),
      ...(breaks() ? {} : { runsAskedAtMs: askedAtMs }),
    };
  }

  async function reconcile(isQuiet: boolean) {
    const unsent = snapshot.pending;
    hidingNow = new Set();
    const listings = listed(isQuiet);
    const compared = compare({ ...snapshot, pending: [] }, listings, world.nowMs, settings);
    const seen = new Map<string, ContentRecord>();
    for (const { key } of compared.candidates) {
      const record = await contents.read(key);
      if (record !== undefined) seen.set(key, record);
    }
    const outcome = conclude(compared, seen, settings);
    for (const gap of unsent) await send(gap);
    // Another run was first, or this one died: nothing of it is used.
    if (!isQuiet && random.chance(0.1)) return count('runs without effect');
    snapshot = outcome.snapshot;
    // Of whom was not listed, the last listing stays as it was.
    const isKept = (id: string) => !listings.connections.has(world.connections.get(id)?.customer ?? '');
    hidden = new Set([...hidingNow, ...[...hidden].filter(isKept)]);
    for (const { connections } of Object.values(snapshot.customers)) {
      for (const id of Object.keys(connections)) everKnown.add(id);
    }
    recent = new Set([...recent].filter((key) => !isListed(key, listings)));
    for (const reason of outcome.stopped) count(`stopped: ${reason}`);
    // It died before it sent them.
    if (!isQuiet && random.chance(0.1)) return count('runs that left gaps to the next');
    for (const gap of outcome.gaps) await send(gap);
    snapshot = { ...snapshot, pending: [] };
  }

  /** Whose customer was listed, so that what is told from now on is told of what comes. */
  function isListed(key: string, listings: Listings): boolean {
    const [kind, one = '', two = ''] = key.split('.');
    if (kind === 'created') return listings.connections.has(two);
    const customer = world.connections.get(one)?.customer;
    return customer === undefined || listings.connections.has(customer);
  }

  async function send(gap: Gap) {
    const { key, type } = gap;
    const [kind, id = ''] = key.split('.');
    const isThere =
      type === 'connection.deleted'
        ? world.connections.has(id)
        : type === 'entity.entity_mapping.deleted' &&
          world.connections.get(id)?.mappings.has(key) === true &&
          !changedSince(key, gap.atMs);
    if (isThere) problems.push(`${type} for ${key}, which is there`);
    if (!world.occurrences.some((each) => each.key === key))
      problems.push(`${type} for ${key}, which never happened`);
    await arrive(gap.id, key, kind === 'sync' || kind === 'connection', gap.atMs, gap);
  }
  const changedSince = (key: string, sinceMs: number) =>
    world.occurrences.some((each) => each.key === key && each.atMs >= sinceMs);

  async function pass(ms: number) {
    const untilMs = world.nowMs + ms;
    for (const due of world.late.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)) {
      world.nowMs = Math.max(world.nowMs, due.atMs);
      await due.deliver();
      world.late.splice(world.late.indexOf(due), 1);
    }
    world.nowMs = Math.max(world.nowMs, untilMs);
  }

  // What was there before the first complete listing is none of the comparison's.
  await reconcile(true);
  for (let step = 0; step < random.integer(5, 40); step++) {
    await pass(random.between(MINUTE, 40 * MINUTE));
    if (random.chance(0.7)) await change();
    else await reconcile(false);
  }
  // Quiet: what is ripe must be told by the second run that sees it so.
  await pass(MINUTE);
  await reconcile(true);
  await pass(graceMs + MINUTE);
  const isStopped = () =>
    [...Object.values(snapshot.customers)]
      .flatMap((each) => Object.values(each.connections))
      .filter(({ missing }) => missing !== undefined).length;
  await reconcile(true);
  await pass(MINUTE);
  const wouldStop = isStopped();
  if (wouldStop > 0) {
    // Somebody looks, and says that they may go.
    const allow = { ...settings, allowGone: 1_000 };
    Object.assign(settings, allow);
    count('allowed to go');
  }
  await reconcile(true);
  await pass(graceMs + MINUTE);
  await reconcile(true);
  for (const { key, type, toldAtMs, atMs } of world.occurrences) {
    const [kind, id = ''] = key.split('.');
    // A mapping of a connection that has gone, and a change that was taken back, need nobody.
    if (kind === 'entity' && !world.connections.has(id)) continue;
    // It came and went between two listings.
    if (kind === 'connection' && !everKnown.has(id)) continue;
    if (toldAtMs === undefined && !isMoot(key, atMs)) problems.push(`${type} for ${key} was lost`);
  }
  function isMoot(key: string, atMs: number): boolean {
    if (key.startsWith('created.'))
      return ![...world.connections.keys()].some((id) =>
        key.startsWith(`created.hubspot${id.split('-')[1]}.`),
      );
    // Mapped and unmapped again between two listings.
    return (
      key.startsWith('entity.') && world.occurrences.some((each) => each.key === key && each.atMs !== atMs)
    );
  }
  await pass(2 * DAY);
  for (const { key, happensOnce } of world.occurrences) {
    const ran = world.effects.get(key)?.length ?? 0;
    const happened = world.occurrences.filter((each) => each.key === key).length;
    if ((happensOnce || happened === 1) && ran > 1) problems.push(`${key} was told ${ran} times`);
  }
  return problems;
}

function asListed({
  id,
  mappings,
}: {
  readonly id: string;
  readonly mappings: ReadonlyMap<string, number>;
}): ListedConnection {
  return {
    id,
    providerName: `hubspot${id.split('-')[1]}`,
    providerId: 'provider',
    category: 'crm',
    parameters: {},
    mappings: Object.fromEntries(
      [...mappings].map(([key, version]) => [
        key,
        { hash: String(version), isCustomers: true, facts: { entity_id: key } },
      ]),
    ),
  };
}
