import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { MAX_BODY_BYTES } from '../../lambdas/contract/message.ts';
import type { IngestDependencies } from '../../lambdas/ingest/ingest.ts';
import { createEnqueue } from '../../lambdas/ingest/queue.ts';
import { createSourceFilter } from '../../lambdas/ingest/source-filter.ts';
import { decodeBody } from '../../lambdas/runtime/message-body.ts';
import {
  httpEvent,
  lambdaContext,
  NOW_MS,
  NOW_SECONDS,
  OTHER_SECRET,
  SECRET,
  SYNC_COMPLETE,
  signedHeaders,
  testHandler,
} from './fixtures.ts';
import { startQueue, type TestQueue } from './queue-fixture.ts';

// Stated apart from the code: these are promises.
const MAX_AGE_MS = 300_000;
const REREAD_INTERVAL_MS = 30_000;

let queue: TestQueue;
let enqueue: IngestDependencies['enqueue'];

beforeAll(async () => {
  queue = await startQueue();
  enqueue = createEnqueue(queue.client, queue.url);
});
afterAll(() => queue.stop());

const context = lambdaContext();

function expectAnswer(answer: APIGatewayProxyStructuredResultV2, status: number, code: string) {
  expect(answer.statusCode).toBe(status);
  expect(answer.headers).toMatchObject({ 'content-type': 'application/json' });
  expect(JSON.parse(answer.body ?? '')).toEqual({
    message: expect.stringMatching(/./),
    code,
    request_id: 'gateway-request',
  });
}

async function expectNothingQueued() {
  expect(await queue.receive()).toEqual([]);
}

describe('404 of a function URL, as a gateway answers without asking the function', () => {
  test.each([
    ['PUT', '/webhooks', 404],
    ['POST', '/webhook', 404],
    ['POST', '/webhooks/', 404],
    ['POST', '/webhooks', 200],
  ])('%s %s: %i', async (method, rawPath, status) => {
    const { handle, outcomes, reportedIds } = testHandler({ enqueue: async () => {} });
    const event = httpEvent({ headers: signedHeaders() });
    const { requestContext } = event;
    const http = { ...requestContext.http, method };
    const toUrl = { ...event, routeKey: '$default', rawPath, requestContext: { ...requestContext, http } };
    const answer = await handle(toUrl, context);
    expect(answer).toMatchObject({ statusCode: status, headers: { 'content-type': 'application/json' } });
    // Neither logged nor counted: a scanner would fill the log.
    expect(outcomes).toHaveLength(status === 200 ? 1 : 0);
    const ids = { requestId: 'gateway-request', invocationId: 'invocation' };
    expect(reportedIds).toEqual(status === 200 ? [ids] : []);
  });

  test('with a gateway the route has matched: whatever path its domain maps there', async () => {
    const { handle } = testHandler({ enqueue: async () => {} });
    const mapped = { ...httpEvent({ headers: signedHeaders() }), rawPath: '/hooks/webhooks' };
    expect((await handle(mapped, context)).statusCode).toBe(200);
  });
});

describe('200: the message is on the queue', () => {
  test('half a surrogate pair in the gateway’s text counts as the bytes it was verified as', async () => {
    const { handle } = testHandler({ enqueue });
    const verified = '{"a":"\ufffd"}';
    const event = httpEvent({ headers: signedHeaders({ body: verified }), body: verified });
    const answer = await handle({ ...event, body: '{"a":"\ud800"}' }, context);
    expect(answer.statusCode).toBe(200);
    const [message] = await queue.receive();
    expect(message?.Body).toBe(verified);
  });

  test.each([
    ['svix', false],
    ['svix', true],
    ['webhook', false],
  ] as const)('%s headers, binary body %s', async (family, binary) => {
    const { handle, outcomes } = testHandler({ enqueue });
    const answer = await handle(httpEvent({ headers: signedHeaders({ family }), binary }), context);
    expectAnswer(answer, 200, 'accepted');
    expect(outcomes).toEqual([
      {
        code: 'accepted',
        eventId: 'msg_test_1',
        eventType: 'sync.complete',
        group: 'customer-1',
        secretPosition: 1,
      },
    ]);
    const [message, ...others] = await queue.receive();
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      Body: SYNC_COMPLETE,
      Attributes: { MessageGroupId: 'customer-1' },
      MessageAttributes: {
        'svix-id': { StringValue: 'msg_test_1' },
        'svix-timestamp': { StringValue: String(NOW_SECONDS) },
        'event-type': { StringValue: 'sync.complete' },
        'received-at': { StringValue: String(NOW_MS) },
      },
    });
  });

  test.each([
    ['emoji', Buffer.from('{"a":"👩‍🚀"}')],
    ['bytes that are no text', Buffer.from([0, 0xff, 0xfe, 0x7b])],
    ['control characters', Buffer.from('{"a":"\u0001"}')],
    ['no body at all', Buffer.alloc(0)],
    ['350 KB', Buffer.from(JSON.stringify({ a: 'é'.repeat(175_000) }))],
    ['the largest body', Buffer.alloc(MAX_BODY_BYTES, 'x')],
  ])('%s arrives byte for byte', async (_name, body) => {
    const { handle } = testHandler({ enqueue });
    const answer = await handle(httpEvent({ headers: signedHeaders({ body }), body, binary: true }), context);
    expectAnswer(answer, 200, 'accepted');
    const [message] = await queue.receive();
    const encoding = message?.MessageAttributes?.['body-encoding']?.StringValue;
    expect(Buffer.compare(decodeBody(message?.Body ?? '', encoding), body)).toBe(0);
  });

  const openssl = (content: string) =>
    execFileSync(
      'openssl',
      [
        'dgst',
        '-sha256',
        '-mac',
        'HMAC',
        '-macopt',
        `hexkey:${Buffer.from(SECRET.slice(6), 'base64').toString('hex')}`,
        '-binary',
      ],
      { input: content },
    ).toString('base64');
  test.each([
    ['svix', () => new SvixWebhook(SECRET).sign('msg_1', new Date(NOW_MS), SYNC_COMPLETE)],
    ['standardwebhooks', () => new StandardWebhook(SECRET).sign('msg_1', new Date(NOW_MS), SYNC_COMPLETE)],
    ['openssl', () => `v1,${openssl(`msg_1.${NOW_SECONDS}.${SYNC_COMPLETE}`)}`],
  ])('signed by %s', async (_name, signIt) => {
    const { handle } = testHandler({ enqueue });
    const headers = { 'svix-id': 'msg_1', 'svix-timestamp': String(NOW_SECONDS), 'svix-signature': signIt() };
    expectAnswer(await handle(httpEvent({ headers }), context), 200, 'accepted');
    expect(await queue.receive()).toHaveLength(1);
  });

  test("Svix's published example, at its own time", async () => {
    const { handle } = testHandler({
      enqueue,
      fetchSecret: async () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      nowMs: () => 1_614_265_330_000,
    });
    const headers = {
      'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'svix-timestamp': '1614265330',
      'svix-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const body = '{"test": 2432232314}';
    expectAnswer(await handle(httpEvent({ headers, body }), context), 200, 'accepted');
    expect(await queue.receive()).toHaveLength(1);
    const again = JSON.stringify(JSON.parse(body));
    expectAnswer(await handle(httpEvent({ headers, body: again }), context), 401, 'invalid-signature');
    await expectNothingQueued();
  });

  test.each([-300, 300])('a timestamp %i s away', async (offset) => {
    const { handle } = testHandler({ enqueue });
    const headers = signedHeaders({ timestampSeconds: NOW_SECONDS + offset });
    expectAnswer(await handle(httpEvent({ headers }), context), 200, 'accepted');
    expect(await queue.receive()).toHaveLength(1);
  });
});

describe('400: headers', () => {
  test.each(['svix-id', 'svix-timestamp', 'svix-signature'])('missing %s', async (name) => {
    const { handle, outcomes } = testHandler({ enqueue });
    const { [name]: _left, ...headers } = signedHeaders();
    expectAnswer(await handle(httpEvent({ headers }), context), 400, 'missing-headers');
    expect(outcomes).toMatchObject([{ reason: `missing-${name}` }]);
    await expectNothingQueued();
  });

  test('a malformed timestamp', async () => {
    const { handle } = testHandler({ enqueue });
    const headers = { ...signedHeaders(), 'svix-timestamp': `${NOW_SECONDS}abc` };
    expectAnswer(await handle(httpEvent({ headers }), context), 400, 'invalid-headers');
  });

  test('a captured body whose `.{timestamp}.` was shifted into the id', async () => {
    const note = `{"webhook_event_type":"sync.complete","error_message":"x.${NOW_SECONDS}.`;
    const rest = SYNC_COMPLETE;
    const captured = signedHeaders({ body: note + rest, timestampSeconds: NOW_SECONDS - 86_400 });
    const headers = {
      'svix-id': `${captured['svix-id']}.${captured['svix-timestamp']}.${note.slice(0, -(String(NOW_SECONDS).length + 2))}`,
      'svix-timestamp': String(NOW_SECONDS),
      'svix-signature': captured['svix-signature'] ?? '',
    };
    // The signature itself holds for the shifted parts: only the id's form stops it.
    expect(`${headers['svix-id']}.${NOW_SECONDS}.${rest}`).toBe(
      `${captured['svix-id']}.${captured['svix-timestamp']}.${note}${rest}`,
    );
    const { handle, outcomes } = testHandler({ enqueue });
    expectAnswer(await handle(httpEvent({ headers, body: rest }), context), 400, 'invalid-headers');
    expect(outcomes).toMatchObject([{ reason: 'malformed-svix-id' }]);
    await expectNothingQueued();
  });
});

describe('401: signature and timestamp', () => {
  const spaced = JSON.stringify(JSON.parse(SYNC_COMPLETE), null, 2);
  test.each([
    ['signed by another secret', signedHeaders({ secret: OTHER_SECRET }), 'signature-mismatch'],
    [
      'signed over the body before it was re-serialised',
      signedHeaders({ body: spaced }),
      'signature-mismatch',
    ],
    ['another id', { ...signedHeaders(), 'svix-id': 'msg_test_2' }, 'signature-mismatch'],
    [
      'a fresher timestamp',
      { ...signedHeaders(), 'svix-timestamp': String(NOW_SECONDS + 1) },
      'signature-mismatch',
    ],
    ['301 s old', signedHeaders({ timestampSeconds: NOW_SECONDS - 301 }), 'timestamp-too-old'],
    ['301 s ahead', signedHeaders({ timestampSeconds: NOW_SECONDS + 301 }), 'timestamp-too-new'],
  ])('%s', async (_name, headers, reason) => {
    const { handle, outcomes } = testHandler({ enqueue });
    const answer = await handle(httpEvent({ headers }), context);
    expectAnswer(answer, 401, 'invalid-signature');
    expect(JSON.parse(answer.body ?? '').message).toBe('the signature does not verify');
    expect(outcomes).toMatchObject([{ reason }]);
    await expectNothingQueued();
  });
});

describe('403: source', () => {
  test('an address outside the list, before anything else', async () => {
    let reads = 0;
    const { handle, outcomes } = testHandler({
      enqueue,
      isAllowedSource: createSourceFilter('198.51.100.0/24'),
      fetchSecret: async () => {
        reads += 1;
        return SECRET;
      },
    });
    expectAnswer(await handle(httpEvent({ headers: {} }), context), 403, 'source-not-allowed');
    expect(outcomes).toMatchObject([{ detail: { source_address: '192.0.2.10' } }]);
    expect(reads).toBe(0);
    const allowed = httpEvent({ headers: signedHeaders(), sourceAddress: '198.51.100.7' });
    expectAnswer(await handle(allowed, context), 200, 'accepted');
    expect(await queue.receive()).toHaveLength(1);
  });
});

describe('413: size', () => {
  test('a signed body over the limit stops its retries', async () => {
    const { handle, outcomes } = testHandler({ enqueue });
    const body = 'x'.repeat(MAX_BODY_BYTES + 1);
    const answer = await handle(httpEvent({ headers: signedHeaders({ body }), body }), context);
    expectAnswer(answer, 413, 'body-too-large');
    expect(outcomes).toMatchObject([{ detail: { body_bytes: MAX_BODY_BYTES + 1 } }]);
    expect(answer.headers).toMatchObject({ 'webhook-delivery': 'abort-message' });
    await expectNothingQueued();
  });

  test('nobody else learns of the limit, or stops retries', async () => {
    const { handle } = testHandler({ enqueue });
    const body = 'x'.repeat(MAX_BODY_BYTES + 1);
    const answer = await handle(httpEvent({ headers: signedHeaders(), body }), context);
    expectAnswer(answer, 401, 'invalid-signature');
    expect(answer.headers).not.toHaveProperty('webhook-delivery');
  });
});

describe('500 and 503: the secret', () => {
  test.each([
    ['no value', undefined, 'secret-missing'],
    ['an empty value', '', 'secret-missing'],
    ['an empty secret', 'whsec_', 'secret-of-wrong-length'],
    ['a good secret and a bad one', `${SECRET} nonsense`, 'secret-without-whsec-prefix'],
  ])('%s is not configured', async (_name, value, reason) => {
    const { handle, outcomes } = testHandler({ enqueue, fetchSecret: async () => value });
    expectAnswer(await handle(httpEvent({ headers: signedHeaders() }), context), 500, 'not-configured');
    expect(outcomes).toMatchObject([{ reason, detail: { problem: expect.stringMatching(/secret/) } }]);
    await expectNothingQueued();
  });

  test('nothing is accepted under an empty key', async () => {
    const { handle } = testHandler({ enqueue, fetchSecret: async () => 'whsec_' });
    const content = `msg_1.${NOW_SECONDS}.${SYNC_COMPLETE}`;
    const headers = {
      'svix-id': 'msg_1',
      'svix-timestamp': String(NOW_SECONDS),
      'svix-signature': `v1,${createHmac('sha256', '').update(content).digest('base64')}`,
    };
    expectAnswer(await handle(httpEvent({ headers }), context), 500, 'not-configured');
    await expectNothingQueued();
  });

  test('Secrets Manager failing', async () => {
    const { handle } = testHandler({
      enqueue,
      fetchSecret: async () => {
        throw new Error('down');
      },
    });
    const answer = await handle(httpEvent({ headers: signedHeaders() }), context);
    expectAnswer(answer, 503, 'unavailable');
    expect(answer.headers).toMatchObject({ 'retry-after': '5' });
    await expectNothingQueued();
  });
});

describe('the life of a secret', () => {
  function rotating() {
    const store: { value: string | undefined; reads: number; nowMs: number } = {
      value: SECRET,
      reads: 0,
      nowMs: NOW_MS,
    };
    const handler = testHandler({
      enqueue: async () => undefined,
      fetchSecret: async () => {
        store.reads += 1;
        return store.value;
      },
      nowMs: () => store.nowMs,
    });
    const post = async (secret: string) => {
      const headers = signedHeaders({ secret, timestampSeconds: Math.floor(store.nowMs / 1_000) });
      return (await handler.handle(httpEvent({ headers }), context)).statusCode;
    };
    return { store, post, outcomes: handler.outcomes };
  }

  test('one that was removed stops verifying within 5 minutes', async () => {
    const { store, post } = rotating();
    expect(await post(SECRET)).toBe(200);
    store.value = undefined;
    store.nowMs += MAX_AGE_MS - 1;
    expect(await post(SECRET)).toBe(200);
    store.nowMs += 1;
    expect(await post(SECRET)).toBe(500);
  });

  test('one that was replaced stops within 5 minutes, or with the first event of the new one', async () => {
    const { store, post } = rotating();
    expect(await post(SECRET)).toBe(200);
    store.value = OTHER_SECRET;
    store.nowMs += REREAD_INTERVAL_MS;
    expect(await post(OTHER_SECRET)).toBe(200);
    expect(await post(SECRET)).toBe(401);
  });

  test('a rotation needs no redeploy, and tells the position', async () => {
    const { store, post, outcomes } = rotating();
    expect(await post(SECRET)).toBe(200);
    store.value = `${OTHER_SECRET}\n${SECRET}`;
    store.nowMs += REREAD_INTERVAL_MS;
    expect(await post(OTHER_SECRET)).toBe(200);
    expect(await post(SECRET)).toBe(200);
    expect(
      outcomes.map((outcome) => ('secretPosition' in outcome ? outcome.secretPosition : undefined)),
    ).toEqual([1, 1, 2]);
    expect(store.reads).toBe(2);
  });

  test('1,000 forgeries make one read in 30 s', async () => {
    const { store, post } = rotating();
    expect(await post(SECRET)).toBe(200);
    for (const window of [1, 2, 3]) {
      store.nowMs = NOW_MS + window * REREAD_INTERVAL_MS;
      const statuses = new Set<number | undefined>();
      for (let forgery = 0; forgery < 1_000; forgery += 1) {
        statuses.add(await post(OTHER_SECRET));
        store.nowMs += 29;
      }
      expect([...statuses]).toEqual([401]);
      expect(store.reads).toBe(1 + window);
    }
  });

  test('1,000 forgeries at once make one read', async () => {
    const { store, post } = rotating();
    expect(await post(SECRET)).toBe(200);
    store.nowMs += REREAD_INTERVAL_MS;
    await Promise.all(Array.from({ length: 1_000 }, () => post(OTHER_SECRET)));
    expect(store.reads).toBe(2);
  });
});
