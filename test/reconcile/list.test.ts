import { describe, expect, test } from '@jest/globals';
import type { SupaglueApi } from '../../lambdas/database/supaglue/api.ts';
import { Calls } from '../../lambdas/reconcile/calls.ts';
import { AT_ONCE, list } from '../../lambdas/reconcile/list.ts';
import { firstSnapshot, type Snapshot } from '../../lambdas/reconcile/snapshot.ts';
import { NonRetryableError } from '../../lambdas/router/errors.ts';

const NOW_MS = Date.UTC(2026, 10, 23);
const GRACE_MS = 60_000;
const refused = new NonRetryableError('404');
const failed = new Error('503');

/** Supaglue's answers by path, of a customer's mappings with its id behind it. */
type Script = Readonly<Record<string, unknown>>;

const customers = (...ids: readonly string[]) =>
  ids.map((customer_id) => ({ application_id: 'application', customer_id }));
const connection = (id: string, category = 'crm') => ({
  id,
  provider_name: 'hubspot',
  provider_id: 'p',
  category,
});
const mapping = (entity_id: string) => ({
  ...{ entity_id, entity_name: `name of ${entity_id}` },
  object: { type: 'standard', name: 'contact', from: 'customer' },
});
const run = (id: string) => ({
  ...{ id, status: 'SUCCESS', type: 'object', end_timestamp: new Date(NOW_MS).toISOString() },
});
const NO_RUNS = { results: [], next: null };

async function listed(script: Script, snapshot: Snapshot = firstSnapshot(NOW_MS), maximumCalls = 100) {
  const asked: string[] = [];
  let nowMs = NOW_MS;
  let atOnce = 0;
  let mostAtOnce = 0;
  const api = (async ({ path, of }) => {
    const [name = '', query = ''] = path.split('?');
    const key = `${name}${of === undefined ? '' : ` ${of.customerId} ${of.providerName}`}`;
    asked.push(query === '' ? key : `${key} ${new URLSearchParams(query).get('cursor') ?? query}`);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
    const answers = script[key];
    const answer =
      name === '/sync-runs' && Array.isArray(answers)
        ? answers[asked.filter((each) => each.startsWith(name)).length - 1]
        : answers;
    if (answer instanceof Error) throw answer;
    return answer ?? (name === '/sync-runs' ? NO_RUNS : []);
  }) as SupaglueApi;
  const calls = new Calls({
    ...{ api, maximumCalls, untilMs: NOW_MS + 300_000 },
    nowMs: () => nowMs,
    sleep: async () => undefined,
  });
  // One millisecond passes at each look.
  const outcome = await list(snapshot, calls, { nowMs: () => ++nowMs, graceMs: GRACE_MS });
  return { ...outcome, asked, mostAtOnce };
}
const known = (listedAtMs: number) => ({ listedAtMs, connections: {} });

describe('a listing', () => {
  test('holds customers, their connections and mappings, the names of entities, and runs', async () => {
    const outcome = await listed({
      '/customers': customers('a'),
      '/customers/a/connections': [connection('1')],
      '/entity_mappings a hubspot': [mapping('e')],
      '/field_mappings a hubspot': [
        { object_type: 'standard', object_name: 'contact', schema_id: 's', fields: [] },
      ],
      '/sync-runs': { results: [run('r')], next: null },
    });
    expect(outcome).toMatchObject({ unreadable: 0, stopped: undefined });
    expect(outcome.listings).toMatchObject({
      customers: { applicationId: 'application', ids: ['a'], askedAtMs: NOW_MS + 1 },
      entities: { e: 'name of e' },
      runs: [{ id: 'r' }],
      runsAskedAtMs: NOW_MS + 2,
    });
    const [[customer, { askedAtMs, listed: connections }] = ['', { askedAtMs: 0, listed: [] }]] = [
      ...outcome.listings.connections,
    ];
    expect([customer, askedAtMs]).toEqual(['a', NOW_MS + 3]);
    expect(connections.map(({ id, mappings }) => [id, Object.keys(mappings ?? {}).sort()])).toEqual([
      ['1', ['entity.1.e', 'field.1.standard.contact']],
    ]);
    const [query = ''] = outcome.asked.filter((each) => each.startsWith('/sync-runs'));
    expect(Object.fromEntries(new URLSearchParams(query.split(' ')[1]))).toEqual({
      end_timestamp: `>${new Date(NOW_MS).toISOString()}`,
      page_size: '1000',
    });
  });

  test('asks for those first that were listed longest ago, and for those that were there before', async () => {
    const snapshot = firstSnapshot(NOW_MS);
    Object.assign(snapshot.customers, { late: known(30), early: known(10), gone: known(20) });
    const { asked, listings } = await listed(
      { '/customers': customers('late', 'new', 'early'), '/customers/gone/connections': refused },
      snapshot,
    );
    const order = asked.filter((each) => each.endsWith('/connections'));
    expect(order).toEqual(['new', 'early', 'gone', 'late'].map((id) => `/customers/${id}/connections`));
    expect([...listings.connections.keys()].sort()).toEqual(['early', 'gone', 'late', 'new']);
  });

  test('asks for eight at once', async () => {
    const ids = Array.from({ length: 3 * AT_ONCE }, (_, index) => `c${index}`);
    const { mostAtOnce, listings } = await listed({ '/customers': customers(...ids) });
    expect([mostAtOnce, AT_ONCE, listings.connections.size]).toEqual([8, 8, 24]);
  });

  test('escapes a customer’s id', async () => {
    const { asked } = await listed({ '/customers': customers('a/b c') });
    expect(asked).toContain('/customers/a%2Fb%20c/connections');
  });

  test('asks for field mappings of a CRM alone', async () => {
    const { asked, unreadable } = await listed({
      '/customers': customers('a'),
      '/customers/a/connections': [connection('1', 'engagement')],
    });
    expect(asked.filter((each) => each.includes('mappings'))).toEqual(['/entity_mappings a hubspot']);
    expect(unreadable).toBe(0);
  });
});

describe('of what cannot be read', () => {
  const mappingsOf = async (script: Script) => {
    const { listings, unreadable } = await listed({
      '/customers': customers('a'),
      '/customers/a/connections': [connection('1')],
      ...script,
    });
    const connections = listings.connections.get('a')?.listed;
    return { unreadable, listed: connections?.map(({ mappings }) => mappings), entities: listings.entities };
  };

  test.each([
    ['the customers', failed],
    ['the customers', refused],
    ['the customers', [{ customer_id: 'a' }, { customer_id: 'a' }]],
  ])('%s: the run stops, with nothing listed', async (_what, answer) => {
    const { listings, stopped, asked } = await listed({ '/customers': answer });
    expect([stopped, asked, listings]).toEqual([
      'customers-unreadable',
      ['/customers'],
      { connections: new Map(), entities: {}, runs: [] },
    ]);
  });

  test.each([
    ['refused', refused],
    ['that fail', failed],
    ['of another', [{ ...connection('1'), customer_id: 'b' }]],
  ])('connections %s, of a customer that is there: it is not listed, and counted', async (_what, answer) => {
    expect(await mappingsOf({ '/customers/a/connections': answer })).toMatchObject({
      unreadable: 1,
      listed: undefined,
    });
  });

  test('connections of a customer that is gone: refused, it has none; a failure says nothing', async () => {
    const snapshot = firstSnapshot(NOW_MS);
    Object.assign(snapshot.customers, { gone: known(1), away: known(2) });
    const { listings, unreadable } = await listed(
      {
        '/customers': customers('a'),
        '/customers/gone/connections': refused,
        '/customers/away/connections': failed,
      },
      snapshot,
    );
    expect(unreadable).toBe(1);
    expect([...listings.connections].map(([id, { listed: all }]) => [id, all])).toEqual(
      [
        ['a', []],
        ['gone', []],
      ].sort(),
    );
  });

  test.each([
    ['entity mappings', '/entity_mappings a hubspot'],
    ['field mappings', '/field_mappings a hubspot'],
  ])('%s: refused, the connection has none; a failure makes the customer unreadable', async (_what, path) => {
    expect(await mappingsOf({ [path]: refused })).toEqual({
      unreadable: 0,
      listed: [undefined],
      entities: {},
    });
    expect(await mappingsOf({ [path]: failed })).toEqual({ unreadable: 1, listed: undefined, entities: {} });
  });

  test('another application’s customers: nothing more is asked', async () => {
    const snapshot = { ...firstSnapshot(NOW_MS), applicationId: 'another' };
    const { asked, stopped, listings } = await listed({ '/customers': customers('a') }, snapshot);
    expect([asked, stopped, listings.customers?.applicationId]).toEqual([
      ['/customers'],
      undefined,
      'application',
    ]);
  });

  test('what is no stop of the run is thrown', async () => {
    const hostile = {
      get customer_id() {
        throw new Error('no answer of Supaglue’s');
      },
    };
    await expect(listed({ '/customers': [hostile] })).rejects.toThrow('no answer of Supaglue’s');
  });

  test('what is listed when the calls are used up counts', async () => {
    const { stopped, listings } = await listed(
      { '/customers': customers('a', 'b', 'c') },
      firstSnapshot(NOW_MS),
      4,
    );
    expect(stopped).toBe('calls-used-up');
    expect(listings.connections.size).toBe(2);
  });
});

describe('runs', () => {
  const pages = async (...answers: readonly unknown[]) => {
    const { listings, asked } = await listed({ '/customers': customers(), '/sync-runs': answers });
    return {
      ids: listings.runs.map(({ id }) => id),
      isWhole: listings.runsAskedAtMs !== undefined,
      cursors: asked
        .slice(1)
        .map((each) => each.split(' ')[1])
        .slice(1),
    };
  };

  test('are listed to the last page, which may be empty', async () => {
    expect(
      await pages({ results: [run('1')], next: 'x' }, { results: [run('2')], next: 'y' }, NO_RUNS),
    ).toEqual({ ids: ['1', '2'], isWhole: true, cursors: ['x', 'y'] });
  });

  test.each([
    ['that breaks off', failed, ['1', '2']],
    ['that is no page', { results: 'none' }, ['1', '2']],
    ['that leads back', { results: [run('3')], next: 'x' }, ['1', '2', '3']],
  ])('a listing %s is not whole; what it has shown counts', async (_what, page, ids) => {
    const first = [
      { results: [run('1')], next: 'x' },
      { results: [run('2')], next: 'y' },
    ];
    expect(await pages(...first, page)).toStrictEqual({ ids, isWhole: false, cursors: ['x', 'y'] });
  });
});
