import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { destinationSchema, listIn, objectIn, textIn } from '../../lambdas/database/supaglue/answers.ts';
import { createSupaglueApi, supaglueApiOf } from '../../lambdas/database/supaglue/api.ts';
import { toldSchema } from '../../lambdas/database/supaglue/connection-schema.ts';
import { entityFieldsOf } from '../../lambdas/database/supaglue/entity-fields.ts';
import type { ApplicationDatabase } from '../../lambdas/database/transforms/mapping.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '../../local/loopback-server.ts';

const NOW_MS = Date.UTC(2026, 10, 24);
const OF = { customerId: 'a b', providerName: 'hubspot' };
const { signal } = new AbortController();
const requests: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string }[] = [];
let server: LoopbackServer;
let respond: (response: ServerResponse) => void;
let key: string | undefined;
let keyReads: number;

beforeAll(async () => {
  server = await listenOnLoopback(async (request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, body: String(await readBody(request)) });
    respond(response);
  });
});
afterAll(() => server.close());
beforeEach(() => {
  requests.length = 0;
  [key, keyReads] = ['local-test-key', 0];
  answers(200, []);
});

function answers(status: number, body: unknown, headers: Record<string, string> = {}): void {
  respond = (response) => response.writeHead(status, headers).end(JSON.stringify(body));
}
const api = () =>
  createSupaglueApi({
    async readApiKey() {
      keyReads += 1;
      return key;
    },
    url: `${server.url}/mgmt/v2`,
    nowMs: () => NOW_MS,
  });
const failure = (asking: Promise<unknown>) =>
  asking.then(
    () => 'answered',
    (error: unknown) => error,
  );

describe('of an answer nothing is trusted to be there', () => {
  const foreign = [undefined, null, 'text', 7, true];

  test('what is no object has no members, and what is no list no items', () => {
    for (const value of foreign) expect([objectIn(value), listIn(value)]).toStrictEqual([{}, []]);
    expect(listIn({ length: 1, 0: {} })).toEqual([]);
    expect(listIn([{ id: 'a' }, null, 'x'])).toStrictEqual([{ id: 'a' }, {}, {}]);
  });

  test('a text that says nothing is none', () => {
    expect([textIn('a'), textIn('0')]).toEqual(['a', '0']);
    for (const value of ['', 7, null, undefined, ['a'], {}]) expect(textIn(value)).toBeUndefined();
  });

  test('a schema is found through whatever stands on its way', () => {
    const config = (destination: unknown) => ({
      connection_sync_config: { destination_config: destination },
    });
    expect(destinationSchema(config({ schema: 'own' }))).toBe('own');
    const without = [...foreign, { connection_sync_config: null }, config(null), config({ schema: '' })];
    for (const connection of without) expect(destinationSchema(connection)).toBeUndefined();
  });
});

describe('a request', () => {
  const what = 'a question of the test';

  test('carries the key, whose connection it is about, and its body', async () => {
    answers(200, { a: 1 });
    expect(await api()({ what, path: '/customers', signal })).toEqual({ a: 1 });
    await api()({ what, path: '/syncs/_trigger', of: OF, body: { object: 'contact' }, signal });
    expect(requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/mgmt/v2/customers', ''],
      ['POST', '/mgmt/v2/syncs/_trigger', '{"object":"contact"}'],
    ]);
    const [plain, about] = requests.map(({ headers }) => headers);
    expect(plain).toMatchObject({ 'x-api-key': 'local-test-key', 'content-type': 'application/json' });
    expect(plain).not.toHaveProperty('x-customer-id');
    expect(about).toMatchObject({ 'x-customer-id': 'a b', 'x-provider-name': 'hubspot' });
  });

  test.each([200, 201, 204, 299])('%i is an answer, with whatever body', async (status) => {
    respond = (response) => response.writeHead(status).end(status === 204 ? undefined : 'no JSON');
    expect(await api()({ what, path: '/customers', signal })).toBeUndefined();
  });

  test.each([400, 404, 422, 501])('%i is a refusal for good', async (status) => {
    answers(status, {});
    expect(await failure(api()({ what, path: '/customers', signal }))).toMatchObject({
      name: 'NonRetryableError',
      code: 'supaglue-refused',
      message: `Supaglue answered ${status} to ${what}`,
    });
  });

  test.each([
    ['7', 7],
    ['0', 0],
    ['45', 45],
    ['123456', 123_456],
    ['1000000', 1_000_000],
    ['1000000000', 10],
    ['x7', 10],
    ['7x', 10],
    [new Date(NOW_MS + 90_000).toUTCString(), 90],
    [new Date(NOW_MS - 90_000).toUTCString(), 0],
    ['soon', 10],
    [undefined, 10],
  ])('429 with Retry-After %s is tried again after %i s', async (header, seconds) => {
    answers(429, {}, header === undefined ? {} : { 'retry-after': header });
    expect(await failure(api()({ what, path: '/customers', signal }))).toMatchObject({
      name: 'RetryAfterError',
      seconds,
      message: `Supaglue answered 429 to ${what}`,
    });
  });

  test.each([300, 500, 503])('%i is a failure', async (status) => {
    answers(status, {});
    expect(await failure(api()({ what, path: '/customers', signal }))).toMatchObject({
      name: 'Error',
      message: `Supaglue answered ${status} to ${what}`,
    });
  });

  test('a redirect is not followed', async () => {
    answers(302, {}, { location: `${server.url}/elsewhere` });
    expect(await failure(api()({ what, path: '/customers', signal }))).toMatchObject({ name: 'TypeError' });
    expect(requests).toHaveLength(1);
  });

  test.each([401, 403])('%i refuses the key, which the next request reads again', async (status) => {
    const ask = api();
    await ask({ what, path: '/customers', signal });
    answers(status, {});
    expect(await failure(ask({ what, path: '/customers', signal }))).toMatchObject({
      code: 'supaglue-key-refused',
    });
    expect(keyReads).toBe(1);
    answers(200, []);
    await ask({ what, path: '/customers', signal });
    expect(keyReads).toBe(2);
  });

  test('another failure keeps the key; without one nothing is asked', async () => {
    const ask = api();
    answers(500, {});
    await failure(ask({ what, path: '/customers', signal }));
    await failure(ask({ what, path: '/customers', signal }));
    expect([keyReads, requests.length]).toEqual([1, 2]);
    key = undefined;
    expect(await failure(api()({ what, path: '/customers', signal }))).toMatchObject({
      message: "the secret for Supaglue's API key holds no value yet",
    });
    expect(requests).toHaveLength(2);
  });

  test('ends with who asks', async () => {
    const stop = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      respond = () => resolve();
    });
    const ended = failure(api()({ what, path: '/customers', signal: stop.signal }));
    await arrived;
    stop.abort(new Error('the time is up'));
    expect(await ended).toMatchObject({ message: 'the time is up' });
  });
});

test('without the variable of a key there is no API', () => {
  expect([{}, { SUPAGLUE_API_KEY_SECRET_ID: '' }].map(supaglueApiOf)).toEqual([undefined, undefined]);
  const environment = { SUPAGLUE_API_KEY_SECRET_ID: 'arn', SUPAGLUE_API_URL: 'https://api.example.com' };
  expect(supaglueApiOf(environment)).toBeInstanceOf(Function);
  expect(() => supaglueApiOf({ SUPAGLUE_API_KEY_SECRET_ID: 'arn' })).toThrow('SUPAGLUE_API_URL');
});

test('with one the key is that of its secret', async () => {
  // The server stands where Secrets Manager is, and then where Supaglue is.
  Object.assign(process.env, LOCAL_IDENTITY_ENVIRONMENT, { AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url });
  answers(200, { SecretString: 'stored-test-key' }, { 'content-type': 'application/x-amz-json-1.1' });
  const api = supaglueApiOf({ SUPAGLUE_API_KEY_SECRET_ID: 'arn', SUPAGLUE_API_URL: server.url });
  await api?.({ what: 'a question', path: '/customers', signal });
  const [asked, question] = requests;
  expect(JSON.parse(asked?.body ?? '')).toEqual({ SecretId: 'arn' });
  expect(question).toMatchObject({ url: '/customers', headers: { 'x-api-key': 'stored-test-key' } });
});

describe('the fields of an entity', () => {
  const mapping = (fields: readonly object[]) => [
    { entity_id: 'other', field_mappings: [{ entity_field: 'x', mapped_field: 'y' }] },
    { entity_id: 'e', field_mappings: fields },
  ];
  const fields = () => entityFieldsOf('e', OF, { supaglue: api() }, signal);

  test('are those that Supaglue maps', async () => {
    answers(
      200,
      mapping([
        { entity_field: 'name', mapped_field: 'dealname' },
        { entity_field: 'owner' },
        { mapped_field: 'z' },
      ]),
    );
    expect(await fields()).toStrictEqual({ name: 'dealname' });
    expect(requests[0]).toMatchObject({
      url: '/mgmt/v2/entity_mappings',
      headers: { 'x-customer-id': 'a b' },
    });
  });

  test.each([[[]], [mapping([])], [[{ entity_id: 'e' }]], ['no list']])(
    'are not told by %j',
    async (body) => {
      answers(200, body);
      expect(await fields()).toBeUndefined();
    },
  );

  test('are not asked for without an API', async () => {
    expect(await entityFieldsOf('e', OF, { supaglue: undefined }, signal)).toBeUndefined();
    expect(requests).toEqual([]);
  });
});

describe('the schema of a connection', () => {
  const warned: unknown[] = [];
  const logger = { debug() {}, info() {}, warn: (...line: unknown[]) => void warned.push(line), error() {} };
  const connection = { ...OF, connectionId: 'c' };
  const config = (schema: string) => ({ connection_sync_config: { destination_config: { schema } } });
  const told = (database: Partial<ApplicationDatabase> = {}, by = signal) =>
    toldSchema(
      connection,
      { supaglue: api(), supaglueSchema: 'supaglue', ...database } as ApplicationDatabase,
      { signal: by, logger },
    );

  test('is that of the configuration, by connection and then by customer', async () => {
    expect(await told({ connectionSchemas: { c: 'of_connection', 'a b': 'of_customer' } })).toBe(
      'of_connection',
    );
    expect(await told({ connectionSchemas: { 'a b': 'of_customer' } })).toBe('of_customer');
    expect(requests).toEqual([]);
  });

  test('is that of Supaglue’s answer, or the usual one where it has none of its own', async () => {
    answers(200, [
      { id: 'd', ...config('of_another') },
      { id: 'c', ...config('own') },
    ]);
    expect(await told({ connectionSchemas: { constructor: 'x' } })).toBe('own');
    expect(requests[0]?.url).toBe('/mgmt/v2/customers/a%20b/connections');
    answers(200, [{ id: 'c' }]);
    expect(await told()).toBe('supaglue');
  });

  test('is not told by an answer without the connection, nor without an API', async () => {
    answers(200, [{ id: 'd', ...config('of_another') }]);
    expect(await told()).toBeUndefined();
    expect(await told({ supaglue: undefined })).toBeUndefined();
  });

  test('is not told by a failure, which is logged; who stops waiting gets the reason', async () => {
    warned.length = 0;
    answers(503, {});
    expect(await told()).toBeUndefined();
    expect(warned).toEqual([
      [
        'Supaglue does not say which schema the connection writes into',
        { cause: expect.stringContaining('Supaglue answered 503') },
      ],
    ]);
    await expect(told({}, AbortSignal.abort(new Error('the time is up')))).rejects.toThrow('the time is up');
  });
});
