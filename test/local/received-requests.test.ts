import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LOCAL_CREDENTIALS } from '../../local/identity.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { ReceivedRequests } from '../../local/services/received-requests.ts';

const received = new ReceivedRequests('ingest');
let server: LoopbackServer;
beforeAll(async () => {
  server = await received.listen();
});
afterAll(() => server.close());

const authorization = `AWS4-HMAC-SHA256 Credential=${LOCAL_CREDENTIALS.accessKeyId}/local`;
const get = (path: string, headers: Record<string, string> = { authorization }) =>
  fetch(`${server.url}/${path}`, { headers });
const line = (fields: object, functionName = 'ingest') =>
  received.observe(
    { type: 'log', functionName, stream: 'stdout', line: JSON.stringify(fields) },
    1_795_000_000_000,
  );
const answered = (requestId: string, body: Buffer, status = 200, path = '/webhooks') =>
  received.observe(
    {
      type: 'request-answered',
      requestId,
      method: 'POST',
      path,
      status,
      durationMs: 1,
      requestHeaders: { 'svix-id': `msg_${requestId}` },
      requestBody: body,
      responseBody: '',
    },
    1_795_000_000_000,
  );
const isKept = async (id: string) => (await get(encodeURIComponent(id))).status === 200;

test('keeps what ingest logged of requests, and nothing else', async () => {
  line({ EventsAccepted: 1, event_id: 'msg_1', event_type: 'a', customer: 'c', SecretPosition: 1 });
  line({ EventsAccepted: 1, event_id: 'msg_of_a_handler' }, 'consumer');
  line({ message: 'webhook rejected', code: 'invalid-signature', reason: 'why', request_id: 'r', cause: {} });
  line({ message: 'something else' });
  const at_ms = 1_795_000_000_000;
  expect(await (await get('')).json()).toEqual([
    { at_ms, code: 'invalid-signature', reason: 'why', request_id: 'r' },
    { at_ms, event_id: 'msg_1', event_type: 'a', customer: 'c' },
  ]);
});

test('an accepted request is found by its event too, whose source is in the path', async () => {
  answered('r1', Buffer.from('{}'), 200, '/webhooks/openai');
  answered('r2', Buffer.from('{}'), 401);
  expect(await Promise.all(['r1', 'openai:msg_r1', 'r2', 'msg_r2'].map(isKept))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('answers those alone who name the run’s key', async () => {
  expect((await get('', {})).status).toBe(403);
  expect((await get('r1', { authorization: 'AWS4-HMAC-SHA256 Credential=LOCAL1/local' })).status).toBe(403);
});

test('a thousand of each, and 32 MB together', async () => {
  for (let index = 0; index < 1_100; index += 1) {
    line({ EventsAccepted: 1, event_id: `msg_${index}` });
    answered(`small-${index}`, Buffer.from('{}'));
  }
  expect(await (await get('')).json()).toHaveLength(1_000);
  expect([await isKept('small-99'), await isKept('small-100')]).toEqual([false, true]);
  for (let index = 0; index < 5; index += 1) answered(`large-${index}`, Buffer.alloc(6 * 1024 * 1024));
  expect(await Promise.all(['small-1099', 'large-1', 'large-2', 'large-4'].map(isKept))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
