import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { toCommandError } from '../../operator/core/error-line.ts';
import type { Target } from '../../operator/core/target.ts';
import type { RequestsQuery } from '../../operator/events/ingest-log.ts';
import { customerForms, listRequests } from '../../operator/events/list-requests.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { createRig, factsOf, never, type Rig, syncBody } from './dead-letters/rig.ts';
import { type Insights, startInsights } from './support/insights.ts';

let insights: Insights;
let engines: TestEngines;
let rig: Rig;
let stack: Target;

const NOON = Date.UTC(2026, 10, 28, 12);
const ALL: RequestsQuery = { sinceMs: NOON - 60_000, beforeMs: NOON + 1_500, limit: 50 };

beforeAll(async () => {
  insights = await startInsights();
  engines = await startEngines();
  rig = await createRig(engines);
  stack = { ...rig.variant({ kind: 'stack' }), ingestLogGroup: 'Prod-IngestLogs' };
});
beforeEach(() => {
  insights.calls.length = 0;
});
afterAll(async () => {
  rig?.close();
  await insights?.close();
  await engines?.stopAll();
});

const accepted = (event_id: string, second: string) => ({
  '@timestamp': `2026-11-28 ${second}`,
  event_id,
  event_type: 'sync.complete',
  customer: 'acme',
});

test('one query finds what was received, and the ledger tells the states', async () => {
  const body = syncBody('run-1');
  await rig.recordCompleted(factsOf('msg_done', body), ['audit']);
  await rig.recordDeadLettered(factsOf('msg_dead', body));
  await rig.claim(factsOf('msg_runs', body));
  const refused = {
    code: 'invalid-signature',
    reason: 'timestamp-too-old',
    request_id: 'r1',
    age_seconds: '400',
  };
  insights.finds(
    { '@timestamp': '2026-11-28 12:00:01.250', ...refused },
    accepted('msg_new', '12:00:01.200'),
    accepted('msg_runs', '12:00:01.100'),
    accepted('msg_dead', '12:00:00.100'),
    accepted('msg_done', '12:00:00.050'),
  );
  const { requests, olderThanMs } = await listRequests(stack, ALL, never);
  expect(olderThanMs).toBeUndefined();
  expect(requests[0]).toEqual({
    ...refused,
    at_ms: NOON + 1_250,
    age_seconds: 400,
    status: 'refused',
    http_status: 401,
  });
  expect(requests.slice(1).map(({ event_id, status, customer }) => [event_id, status, customer])).toEqual([
    ['msg_new', 'accepted', 'acme'],
    ['msg_runs', 'running', 'acme'],
    ['msg_dead', 'dead', 'acme'],
    ['msg_done', 'completed', 'acme'],
  ]);
  expect(insights.calls.map(({ action }) => action)).toEqual([
    'StartQuery',
    ...Array(3).fill('GetQueryResults'),
  ]);
  expect(insights.calls[0]?.input).toMatchObject({
    logGroupName: 'Prod-IngestLogs',
    startTime: NOON / 1000 - 60,
    endTime: NOON / 1000 + 2,
    limit: 150,
  });
  expect(String(insights.calls[0]?.input['queryString']).split('\n')).toEqual([
    'fields @timestamp, event_id, event_type, customer, code, reason, request_id, age_seconds',
    '| filter EventsAccepted = 1 or message = "webhook rejected"',
    '| sort @timestamp desc',
  ]);
});

test.each<[Partial<RequestsQuery>, readonly string[], number]>([
  [{ status: 'refused' }, ['| filter message = "webhook rejected"'], 150],
  [{ status: 'dead' }, ['| filter EventsAccepted = 1'], 10_000],
  [
    { eventType: 'a" or 1 = 1 | stats', customers: customerForms('with space') },
    ['| filter event_type = "a\\" or 1 = 1 | stats"', `| filter customer in ["with space","sha256-`],
    150,
  ],
])('%j chooses in the log', async (query, filters, limit) => {
  insights.finds();
  await listRequests(stack, { ...ALL, ...query }, never);
  const { queryString, limit: asked } = insights.calls[0]?.input ?? {};
  expect(asked).toBe(limit);
  for (const filter of filters) expect(queryString).toContain(filter);
});

test('a page ends between two milliseconds, and says where the next begins', async () => {
  insights.finds(
    accepted('msg_1', '12:00:01.002'),
    accepted('msg_2', '12:00:01.002'),
    accepted('msg_3', '12:00:01.001'),
  );
  expect(await listRequests(stack, { ...ALL, limit: 1 }, never)).toMatchObject({
    requests: [{ event_id: 'msg_1' }, { event_id: 'msg_2' }],
    olderThanMs: NOON + 1_002,
  });
});

test.each<[string, () => void, Partial<Target>, RegExp]>([
  [
    'no log group told',
    () => undefined,
    { ingestLogGroup: undefined },
    /^stack the test does not tell.*deploy/,
  ],
  [
    'a query that fails',
    () => {
      insights.answers['GetQueryResults'] = [[200, { status: 'Failed' }]];
    },
    {},
    /^Logs Insights has not answered \(Failed\): .*--since$/,
  ],
  [
    'no right to ask',
    () => {
      insights.answers['StartQuery'] = [
        [400, { __type: 'AccessDeniedException', message: 'not authorized' }],
      ];
    },
    {},
    /^access denied: not authorized; ask for that permission$/,
  ],
])('%s is said', async (_, prepare, change, message) => {
  insights.finds();
  prepare();
  const error = await listRequests({ ...stack, ...change }, ALL, never).catch((thrown: unknown) => thrown);
  expect(toCommandError(error, { target: 'stack' }).message).toMatch(message);
});
