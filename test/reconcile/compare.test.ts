import { describe, expect, test } from '@jest/globals';
import type {
  ListedConnection,
  ListedMapping,
  ListedRun,
  Listings,
} from '../../lambdas/reconcile/listings.ts';
import { compare, conclude, type Settings } from '../../lambdas/reconcile/reconcile.ts';
import { firstSnapshot } from '../../lambdas/reconcile/snapshot.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A fraction of a second after a full one. */
const START = Date.UTC(2026, 10, 23) + 400;
const APPLICATION = '00000000-0000-4000-8000-00000000000a';
/** What the tests' listings say, unless they say otherwise, is told by no event and due at once. */
const SETTINGS: Settings = { graceMs: 0, goneShare: 0.2 };

interface Shown {
  readonly customers?: readonly string[];
  readonly application?: string;
  /** By customer. */
  readonly connections?: Readonly<Record<string, readonly ListedConnection[]>>;
  readonly entities?: Readonly<Record<string, string>>;
  /** Of a listing that came to its end. */
  readonly runs?: readonly ListedRun[];
  /** Content key → when an event of it was received. */
  readonly seen?: Readonly<Record<string, number>>;
}

/** Looks at Supaglue from time to time, each time with what the one before has noted. */
function watcher(settings: Partial<Settings> = {}) {
  const all = { ...SETTINGS, ...settings };
  const watch = {
    snapshot: firstSnapshot(START),
    look(minutes: number, shown: Shown) {
      const askedAtMs = START + minutes * MINUTE;
      const { application = APPLICATION, customers: ids, connections = {}, entities = {}, runs } = shown;
      const listings: Listings = {
        ...(ids && { customers: { ...(application && { applicationId: application }), ids, askedAtMs } }),
        connections: new Map(
          Object.entries(connections).map(([customer, listed]) => [customer, { askedAtMs, listed }]),
        ),
        entities,
        runs: runs ?? [],
        ...(runs && { runsAskedAtMs: askedAtMs }),
      };
      const seen = Object.entries(shown.seen ?? {}).map(
        ([key, atMs]) => [key, { eventId: 'msg_1', atMs }] as const,
      );
      const before = structuredClone(watch.snapshot);
      const compared = compare(watch.snapshot, listings, askedAtMs, all);
      // A dry run leaves it as it was.
      expect(watch.snapshot).toStrictEqual(before);
      const outcome = conclude(compared, new Map(seen), all);
      watch.snapshot = { ...outcome.snapshot, pending: [] };
      return outcome;
    },
  };
  return watch;
}

const connection = (id: string, rest: Partial<ListedConnection> = {}): ListedConnection => ({
  ...{ id, providerName: 'hubspot', providerId: 'provider-1', category: 'crm', mappings: {} },
  parameters: {
    id,
    status: 'available',
    provider_name: 'hubspot',
    schema_mappings_config: {},
    entity_mappings: [],
  },
  ...rest,
});
const mapping = (hash: string, rest: Partial<ListedMapping> = {}): ListedMapping => ({
  ...{ hash, isCustomers: true, facts: { object_name: 'contact', object_type: 'standard', schema_id: 's' } },
  ...rest,
});
const run = (id: string, endedAtMs: number, rest: Partial<ListedRun> = {}): ListedRun => ({
  ...{ id, endedAtMs, event: { webhook_event_type: 'sync.complete', run_id: id } },
  ...rest,
});
const bodies = ({ gaps }: ReturnType<typeof conclude>) => gaps.map(({ body }) => JSON.parse(body));
const keys = ({ gaps }: ReturnType<typeof conclude>) => gaps.map(({ key }) => key);
const of = (...listed: readonly ListedConnection[]) => ({ customers: ['c'], connections: { c: listed } });

describe('the first look', () => {
  test('finds no gap: what is there may have been told before', () => {
    const watch = watcher();
    const mapped = connection('one', {
      schema: 'own',
      mappings: { 'field.one.standard.contact': mapping('1') },
    });
    expect(watch.look(0, of(mapped))).toStrictEqual({
      snapshot: {
        ...firstSnapshot(START),
        applicationId: APPLICATION,
        customersListedMs: START,
        customers: {
          c: {
            listedAtMs: START,
            connections: {
              one: {
                ...{ providerName: 'hubspot', providerId: 'provider-1', category: 'crm', schema: 'own' },
                mappings: { 'field.one.standard.contact': { hash: '1' } },
              },
            },
          },
        },
      },
      ...{ gaps: [], waiting: 0, schemas: [], missing: 0, stopped: [] },
    });
    expect(watch.look(1, of(mapped))).toMatchObject({ gaps: [], waiting: 0, schemas: [] });
  });

  test('that shows nothing notes nothing', () => {
    const watch = watcher();
    watch.look(0, {});
    expect(watch.snapshot).toStrictEqual(firstSnapshot(START));
    watch.look(1, { customers: [], application: '' });
    expect(watch.snapshot).toStrictEqual({ ...firstSnapshot(START), customersListedMs: START + MINUTE });
  });

  test('of a connection whose customer no listing has shown is none', () => {
    const watch = watcher();
    watch.look(0, { customers: [] });
    expect(watch.look(1, { connections: { c: [connection('one')] } })).toMatchObject({
      gaps: [],
      waiting: 0,
    });
    expect(watch.snapshot.customers).toEqual({});
  });
});

test('the key of another application shows nothing to compare with', () => {
  const watch = watcher();
  watch.look(0, of(connection('one')));
  const before = structuredClone(watch.snapshot);
  expect(watch.look(1, { ...of(), application: 'another', runs: [run('r', START)] })).toStrictEqual({
    snapshot: before,
    gaps: [],
    waiting: 0,
    schemas: [],
    missing: 0,
    stopped: ['another-application'],
  });
});

test('a customer that neither listing knows is forgotten; one with connections, or listed, is not', () => {
  const watch = watcher();
  watch.look(0, { customers: ['c', 'd', 'e'], connections: { c: [connection('one')], d: [], e: [] } });
  watch.look(1, { customers: ['e'], connections: { c: [connection('one')], d: [], e: [] } });
  expect(Object.keys(watch.snapshot.customers)).toEqual(['c', 'e']);
});

describe('a new connection', () => {
  test('is told as Supaglue tells it: its parameters, without its id', () => {
    const watch = watcher();
    watch.look(0, of());
    const outcome = watch.look(10, of(connection('one')));
    expect(outcome.gaps).toStrictEqual([
      {
        id: expect.stringMatching(/^reconciled_[0-9a-f]{40}$/),
        kind: 'connection-new',
        type: 'connection.created',
        key: 'created.hubspot.c',
        body: JSON.stringify({
          status: 'available',
          provider_name: 'hubspot',
          webhook_event_type: 'connection.created',
          customer_id: 'c',
          provider_id: 'provider-1',
          category: 'crm',
          result: 'SUCCESS',
        }),
        // The last listing without it, up to the next full second.
        sinceSeconds: Math.ceil(START / 1000),
        atMs: START + 10 * MINUTE,
      },
    ]);
    expect(outcome.snapshot.pending).toEqual(outcome.gaps);
    expect(watch.look(11, of(connection('one'))).gaps).toEqual([]);
  });

  test('of a new customer is new since the last listing of customers', () => {
    const watch = watcher();
    watch.look(0, { customers: [] });
    expect(watch.look(5, of(connection('one'))).gaps).toMatchObject([
      { kind: 'connection-new', sinceSeconds: Math.ceil(START / 1000) },
    ]);
  });

  test('waits for its event as long as the grace, and is told by one that came after the last listing without it', () => {
    const watch = watcher({ graceMs: HOUR });
    watch.look(0, of());
    expect(watch.look(1, of(connection('one')))).toMatchObject({ gaps: [], waiting: 1 });
    expect(watch.look(60, of(connection('one')))).toMatchObject({ gaps: [], waiting: 1 });
    // In the second of that listing it may have told of another one before.
    const fullSecond = Math.ceil(START / 1000) * 1000;
    const early = { ...of(connection('one')), seen: { 'created.hubspot.c': fullSecond } };
    const late = { ...of(connection('one')), seen: { 'created.hubspot.c': fullSecond + 1 } };
    const other = structuredClone(watch.snapshot);
    expect(keys(watch.look(61, early))).toEqual(['created.hubspot.c']);
    watch.snapshot = other;
    expect(watch.look(61, late)).toMatchObject({ gaps: [], waiting: 0 });
    // Told once: that its record expires opens no gap.
    expect(watch.look(62, of(connection('one')))).toMatchObject({ gaps: [], waiting: 0 });
  });

  test('brings its customer’s mappings; the developer’s are told by no event', () => {
    const watch = watcher();
    watch.look(0, of());
    const mappings = {
      'field.one.standard.contact': mapping('1'),
      'field.one.standard.company': mapping('2', { isCustomers: false }),
    };
    const outcome = watch.look(1, of(connection('one', { mappings })));
    expect(keys(outcome)).toEqual(['created.hubspot.c', 'field.one.standard.contact']);
    expect(watch.look(2, of(connection('one', { mappings }))).gaps).toEqual([]);
  });
});

describe('a mapping', () => {
  const contact = 'field.one.standard.contact';
  const entity = 'entity.one.lead%20source';
  const shown = (mappings: Readonly<Record<string, ListedMapping>> | undefined) =>
    of(connection('one', { mappings }));
  const facts = { object_name: 'contact', object_type: 'standard', schema_id: 's' };
  const base = {
    ...{ application_id: APPLICATION, connection_id: 'one', customer_id: 'c' },
    ...{ provider_name: 'hubspot', result: 'SUCCESS' },
  };

  test('is created, and updated, once each', () => {
    const watch = watcher();
    watch.look(0, shown({}));
    const created = watch.look(1, shown({ [contact]: mapping('1') }));
    expect(created.gaps).toMatchObject([{ kind: 'mapping', key: contact, atMs: START + MINUTE }]);
    expect(bodies(created)).toStrictEqual([
      { webhook_event_type: 'object.field_mapping.created', ...base, ...facts },
    ]);
    expect(watch.look(2, shown({ [contact]: mapping('1') })).gaps).toEqual([]);
    const updated = watch.look(3, shown({ [contact]: mapping('2') }));
    expect(updated.gaps).toMatchObject([{ sinceSeconds: Math.ceil((START + 2 * MINUTE) / 1000) }]);
    expect(bodies(updated)).toStrictEqual([
      { webhook_event_type: 'object.field_mapping.updated', ...base, ...facts },
    ]);
    expect(watch.look(4, shown({ [contact]: mapping('2') })).gaps).toEqual([]);
  });

  test('that is as before again has not changed', () => {
    const watch = watcher({ graceMs: HOUR });
    watch.look(0, shown({ [contact]: mapping('1') }));
    expect(watch.look(1, shown({ [contact]: mapping('2') }))).toMatchObject({ waiting: 1 });
    expect(watch.look(2, shown({ [contact]: mapping('1') }))).toMatchObject({ waiting: 0 });
    expect(watch.snapshot.customers['c']?.connections['one']?.mappings).toEqual({ [contact]: { hash: '1' } });
    expect(watch.look(90, shown({ [contact]: mapping('2') }))).toMatchObject({ gaps: [], waiting: 1 });
  });

  test('of an object that is gone is told by no event of Supaglue’s; of an entity, when two looks miss it', () => {
    const watch = watcher();
    const entityFacts = { facts: { entity_id: 'lead source' } };
    watch.look(0, shown({ [contact]: mapping('1'), [entity]: mapping('1', entityFacts) }));
    expect(watch.look(1, shown({}))).toMatchObject({ gaps: [], waiting: 1, missing: 1 });
    const gone = watch.look(2, shown({}));
    expect(bodies(gone)).toStrictEqual([
      { webhook_event_type: 'entity.entity_mapping.deleted', ...base, entity_id: 'lead source' },
    ]);
    expect(watch.snapshot.customers['c']?.connections['one']?.mappings).toEqual({ [contact]: { hash: '1' } });
    expect(watch.look(3, shown({}))).toMatchObject({ gaps: [], waiting: 0, missing: 0 });
    expect(bodies(watch.look(4, shown({ [entity]: mapping('1', entityFacts) })))).toStrictEqual([
      { webhook_event_type: 'entity.entity_mapping.created', ...base, entity_id: 'lead source' },
    ]);
  });

  test('that is lost, found otherwise and lost again must be missing twice from then on', () => {
    const watch = watcher({ graceMs: 2 * MINUTE });
    watch.look(0, shown({ [entity]: mapping('1') }));
    for (const [minute, mappings] of [
      [1, {}],
      [2, { [entity]: mapping('2') }],
      [3, {}],
    ] as const)
      expect(watch.look(minute, shown(mappings))).toMatchObject({ gaps: [], waiting: 1 });
    expect(bodies(watch.look(4, shown({})))).toMatchObject([
      { webhook_event_type: 'entity.entity_mapping.deleted' },
    ]);
  });

  test('found again otherwise is told as changed, however long it was lost', () => {
    const watch = watcher({ graceMs: 10 * MINUTE });
    watch.look(0, shown({ [entity]: mapping('1') }));
    watch.look(1, shown({}));
    watch.look(2, shown({}));
    expect(bodies(watch.look(11, shown({ [entity]: mapping('2') })))).toMatchObject([
      { webhook_event_type: 'entity.entity_mapping.updated' },
    ]);
  });

  test('is not compared while Supaglue tells none of the connection', () => {
    const watch = watcher();
    watch.look(0, shown({ [entity]: mapping('1') }));
    for (const minute of [1, 2, 3])
      expect(watch.look(minute, shown(undefined))).toMatchObject({ gaps: [], waiting: 0, missing: 0 });
  });

  test('of a connection that a listing left out changed since the last one with it', () => {
    const watch = watcher({ graceMs: 2 * MINUTE });
    watch.look(0, shown({ [contact]: mapping('1') }));
    watch.look(1, of());
    watch.look(2, shown({ [contact]: mapping('2') }));
    expect(watch.look(4, shown({ [contact]: mapping('2') })).gaps).toMatchObject([
      { key: contact, sinceSeconds: Math.ceil(START / 1000) },
    ]);
  });
});

describe('a connection that is gone', () => {
  test('is deleted when two complete listings in a row lack it, and as Supaglue tells it', () => {
    const watch = watcher();
    watch.look(0, of(connection('one')));
    expect(watch.look(1, of())).toMatchObject({ gaps: [], waiting: 1, missing: 1 });
    const outcome = watch.look(2, of());
    expect(outcome.gaps).toMatchObject([
      {
        ...{ kind: 'connection-gone', key: 'connection.one', type: 'connection.deleted' },
        ...{ sinceSeconds: 0, atMs: START + 2 * MINUTE },
      },
    ]);
    expect(bodies(outcome)).toStrictEqual([
      {
        webhook_event_type: 'connection.deleted',
        connection_id: 'one',
        result: 'SUCCESS',
        customer_id: `${APPLICATION}:c`,
        provider_id: 'provider-1',
        provider_name: 'hubspot',
        category: 'crm',
      },
    ]);
    expect(watch.look(3, of())).toMatchObject({ gaps: [], waiting: 0, missing: 0 });
  });

  test('is there again when a listing has it', () => {
    const watch = watcher();
    watch.look(0, of(connection('one')));
    for (const minute of [1, 3, 5]) {
      expect(watch.look(minute, of())).toMatchObject({ gaps: [], waiting: 1, missing: 1 });
      expect(watch.look(minute + 1, of(connection('one')))).toMatchObject({
        gaps: [],
        waiting: 0,
        missing: 0,
      });
    }
  });

  test('was told by its event, whenever that came', () => {
    const watch = watcher();
    watch.look(0, of(connection('one')));
    expect(watch.look(1, { ...of(), seen: { 'connection.one': 1 } })).toMatchObject({
      waiting: 0,
      missing: 0,
    });
    expect(watch.look(2, of()).gaps).toEqual([]);
  });

  test.each([
    ['capitals, too, are an id', APPLICATION.toUpperCase(), true],
    ['something before it', `x${APPLICATION}`, false],
    ['something behind it', `${APPLICATION}0`, false],
    ['no hyphens', APPLICATION.replaceAll('-', ''), false],
    ['another form', 'application', false],
  ])('names its application before the customer where that is a UUID: %s', (_, application, isNamed) => {
    const watch = watcher();
    watch.look(0, { ...of(connection('one')), application });
    watch.look(1, { ...of(), application });
    const customer_id = isNamed ? `${application}:c` : 'c';
    expect(bodies(watch.look(2, { ...of(), application }))).toMatchObject([{ customer_id }]);
  });
});

describe('so much that is gone at once', () => {
  const all = Array.from({ length: 10 }, (_, index) => connection(`connection-${index}`));
  const entity = (id: string) => ({ [`entity.${id}.e`]: mapping('1') });

  test.each([
    [2, 0.1, 0, []],
    [3, 0.3, 0, []],
    [3, 0.2, 0, ['too-many-gone']],
    [3, 0.2, 2, ['too-many-gone']],
    [3, 0.2, 3, []],
    [10, 0.2, 0, ['too-many-gone']],
  ])('%i of ten, with a share of %f and %i allowed: stops %j', (gone, goneShare, allowGone, stopped) => {
    const watch = watcher({ goneShare, allowGone });
    watch.look(0, of(...all));
    watch.look(1, of(...all.slice(gone)));
    const outcome = watch.look(2, of(...all.slice(gone)));
    const deleted = stopped.length === 0 ? gone : 0;
    expect(outcome).toMatchObject({ stopped, missing: gone, waiting: gone - deleted });
    expect(outcome.gaps).toHaveLength(deleted);
  });

  test('counts mappings that are lost, and holds back nothing else', () => {
    const mapped = all.map((each) => ({ ...each, mappings: entity(each.id) }));
    const watch = watcher();
    watch.look(0, of(...mapped));
    const unmapped = [...all.slice(0, 3), ...mapped.slice(3)];
    watch.look(1, of(...unmapped));
    const outcome = watch.look(2, of(...unmapped, connection('new')));
    expect(outcome).toMatchObject({ stopped: ['too-many-gone'], missing: 3, waiting: 3 });
    expect(keys(outcome)).toEqual(['created.hubspot.c']);
  });
});

test('a schema that a connection writes into is told when it is another', () => {
  const watch = watcher();
  watch.look(0, of(connection('one'), connection('two', { schema: 'b' })));
  const shown = of(connection('one', { schema: 'a' }), connection('two', { schema: 'b' }));
  expect([watch.look(1, shown).schemas, watch.look(2, shown).schemas]).toEqual([['one'], []]);
});

describe('a run', () => {
  const GRACE = 30 * MINUTE;

  test('that no event has told is told as it ended, once, with the name of its entity', () => {
    const watch = watcher({ graceMs: GRACE });
    watch.look(0, { entities: { e: 'lead source' }, runs: [] });
    const event = { webhook_event_type: 'sync.complete', run_id: 'r1', entity_id: 'e' };
    const ended = run('r1', START + MINUTE, { event, entityId: 'e' });
    const nameless = run('r2', START + 2 * MINUTE, { entityId: 'f' });
    const outcome = watch.look(40, { runs: [ended, ended, nameless] });
    expect(outcome.gaps).toMatchObject([
      { kind: 'sync', key: 'sync.r1', sinceSeconds: 0, atMs: START + MINUTE },
      { kind: 'sync', key: 'sync.r2' },
    ]);
    expect(bodies(outcome)).toStrictEqual([{ ...event, entity_name: 'lead source' }, nameless.event]);
    expect(watch.look(41, { runs: [ended, nameless] }).gaps).toEqual([]);
  });

  test('counts from the first look on, when its end is as old as the grace', () => {
    const watch = watcher({ graceMs: GRACE });
    const runs = [
      run('before', START - 1),
      run('first', START),
      run('last', START + 10 * MINUTE),
      run('young', START + 10 * MINUTE + 1),
    ];
    expect(keys(watch.look(40, { runs }))).toEqual(['sync.first', 'sync.last']);
  });

  test('that was in two complete listings is not asked for any more', () => {
    const watch = watcher({ graceMs: GRACE });
    for (const minute of [100, 200, 300]) watch.look(minute, { runs: [] });
    expect(watch.snapshot.runsListedMs).toEqual([START + 300 * MINUTE, START + 200 * MINUTE]);
    // The second last, less the grace and five minutes.
    const fromMs = START + 165 * MINUTE;
    const runs = [run('older', fromMs - 1), run('oldest', fromMs)];
    expect(keys(watch.look(301, { runs }))).toEqual(['sync.oldest']);
    expect(watch.snapshot.toldRuns).toEqual({});
  });

  test('is remembered as long as it may be listed', () => {
    const watch = watcher({ graceMs: GRACE });
    watch.look(100, { runs: [run('r', START + 65 * MINUTE)] });
    expect(watch.snapshot.toldRuns).toEqual({ r: START + 65 * MINUTE });
    watch.look(101, { runs: [] });
    expect(watch.snapshot.toldRuns).toEqual({ r: START + 65 * MINUTE });
    watch.look(102, { runs: [] });
    expect(watch.snapshot.toldRuns).toEqual({});
  });

  test('that an event has told is not remembered: its content key is', () => {
    const watch = watcher();
    expect(watch.look(1, { runs: [run('r', START)], seen: { 'sync.r': START } })).toMatchObject({
      ...{ gaps: [], waiting: 0 },
    });
    expect(watch.snapshot.toldRuns).toEqual({});
  });

  test('a listing that broke off counts as none', () => {
    const watch = watcher();
    watch.look(1, { runs: [] });
    watch.look(2, {});
    expect(watch.snapshot.runsListedMs).toEqual([START + MINUTE]);
  });
});

test('of more gaps than a run decides the rest is left to the next, and their listing is not done with', () => {
  const watch = watcher();
  const runs = Array.from({ length: 1_001 }, (_, index) => run(`r${index}`, START + index));
  const first = watch.look(1, { runs });
  expect([first.gaps.length, first.waiting, watch.snapshot.runsListedMs]).toEqual([1_000, 1, []]);
  const second = watch.look(2, { runs });
  expect([keys(second), second.waiting]).toEqual([['sync.r1000'], 0]);
  expect(watch.snapshot.runsListedMs).toEqual([START + 2 * MINUTE]);
});

test('two runs that saw the same make the same event, and another change another', () => {
  const ids = ['one', 'one', 'two'].map((id) => {
    const watch = watcher();
    watch.look(0, of());
    return watch.look(1, of(connection(id, { parameters: { id, remote_id: id } }))).gaps[0]?.id;
  });
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
});
