import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createIngest, type IngestDependencies, type Outcome } from '../../lambdas/ingest/ingest.ts';
import { createEnqueue } from '../../lambdas/ingest/queue.ts';
import { createSecretSource, type SecretSource } from '../../lambdas/ingest/secret-source.ts';
import type { CallBounds } from '../../lambdas/runtime/client-options.ts';
import { patienceMs } from '../support/slowness.js';
import { NOW_MS, request, SECRET } from './fixtures.ts';
import { sqsClient } from './queue-fixture.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}

const QUICK: CallBounds = { connectTimeoutMs: 200, requestTimeoutMs: 150, maxAttempts: 3 };
/** For a service that answers: on a busy machine no attempt may end before that. */
const PATIENT: CallBounds = { connectTimeoutMs: 60_000, requestTimeoutMs: 60_000, maxAttempts: 3 };
const SERVED = { bounds: PATIENT, budgetMs: 60_000 };

async function ingestAgainst(
  listener: RequestListener,
  options: { readonly bounds?: CallBounds; readonly budgetMs?: number } = {},
) {
  const endpoint = await serve(listener);
  const client = sqsClient(endpoint, options.bounds ?? QUICK);
  const startedMs = performance.now();
  const outcome = await run(createEnqueue(client, `${endpoint}/000000000000/webhooks`), {
    budgetMs: options.budgetMs ?? 5_000,
  });
  client.destroy();
  return { outcome, elapsedMs: performance.now() - startedMs };
}

function run(
  enqueue: IngestDependencies['enqueue'],
  options: { readonly budgetMs: number; readonly secrets?: SecretSource },
): Promise<Outcome> {
  const nowMs = () => NOW_MS;
  return createIngest({
    isAllowedSource: () => true,
    secrets: options.secrets ?? createSecretSource({ fetchSecret: async () => SECRET, nowMs }),
    enqueue,
    nowMs,
  })(request({ budgetMs: options.budgetMs }));
}

function settler() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const UNAVAILABLE = { code: 'unavailable', reason: 'queue-failing', eventId: 'msg_test_1' };

describe('SQS', () => {
  test('that never answers is given up after three attempts', async () => {
    let calls = 0;
    const { outcome, elapsedMs } = await ingestAgainst(() => {
      calls += 1;
    });
    // Its own count: on a busy machine an attempt may end before the server has seen it.
    expect(outcome).toMatchObject({
      ...UNAVAILABLE,
      cause: { name: 'TimeoutError', $metadata: { attempts: 3 } },
    });
    expect(calls).toBeLessThanOrEqual(3);
    expect(elapsedMs).toBeLessThan(patienceMs(1_500));
  });

  test('that sends headers and no body is given up at the deadline, and the call is ended', async () => {
    const startedMs = performance.now();
    const { promise: ended, resolve: end } = settler();
    const endpoint = await serve((_request, response) => {
      response.once('close', end);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': '100' });
      response.flushHeaders();
    });
    const client = sqsClient(endpoint, QUICK);
    const outcome = await run(createEnqueue(client, `${endpoint}/000000000000/webhooks`), { budgetMs: 400 });
    expect(outcome).toMatchObject(UNAVAILABLE);
    expect(performance.now() - startedMs).toBeGreaterThan(350);
    await ended;
    client.destroy();
  });

  test('that throttles for long is given up at the deadline', async () => {
    const { outcome, elapsedMs } = await ingestAgainst(
      (_request, response) => {
        response.writeHead(400, {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-retry-after': '900',
        });
        response.end(JSON.stringify({ __type: 'com.amazonaws.sqs#RequestThrottled', message: 'slow down' }));
      },
      { budgetMs: 400 },
    );
    expect(outcome).toMatchObject(UNAVAILABLE);
    expect(elapsedMs).toBeLessThan(patienceMs(800));
  });

  test('that answers 500 is asked three times', async () => {
    let calls = 0;
    const { outcome } = await ingestAgainst((_request, response) => {
      calls += 1;
      response.writeHead(500).end();
    }, SERVED);
    expect(outcome).toMatchObject(UNAVAILABLE);
    expect(calls).toBe(3);
  });

  test('that drops the connection is asked three times', async () => {
    let calls = 0;
    const { outcome } = await ingestAgainst((_request, response) => {
      calls += 1;
      response.destroy();
    }, SERVED);
    expect(outcome).toMatchObject(UNAVAILABLE);
    expect(calls).toBe(3);
  });

  test('that refuses is asked once', async () => {
    let calls = 0;
    const { outcome } = await ingestAgainst((_request, response) => {
      calls += 1;
      response.writeHead(403, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'com.amazonaws.sqs#AccessDenied', message: 'no' }));
    }, SERVED);
    expect(outcome).toMatchObject(UNAVAILABLE);
    expect(calls).toBe(1);
  });

  test('that is not there', async () => {
    const endpoint = await serve(() => undefined);
    servers.pop()?.close();
    const client = sqsClient(endpoint, QUICK);
    const outcome = await run(createEnqueue(client, `${endpoint}/000000000000/webhooks`), {
      budgetMs: 5_000,
    });
    expect(outcome).toMatchObject(UNAVAILABLE);
  });
});

describe('Secrets Manager', () => {
  test('that hangs is given up at the deadline', async () => {
    const secrets = createSecretSource({
      fetchSecret: () => new Promise(() => undefined),
      nowMs: () => NOW_MS,
    });
    const outcome = await run(async () => undefined, { budgetMs: 100, secrets });
    expect(outcome).toMatchObject({ code: 'unavailable', reason: 'secret-store-failing' });
  });

  test('that fails while a mismatch is looked into: nobody is called a forger', async () => {
    const store = { fail: false, nowMs: NOW_MS };
    const secrets = createSecretSource({
      fetchSecret: async () => {
        if (store.fail) {
          throw new Error('down');
        }
        return SECRET;
      },
      nowMs: () => store.nowMs,
    });
    await secrets.current();
    store.fail = true;
    store.nowMs += 30_000;
    const ingest = createIngest({
      isAllowedSource: () => true,
      secrets,
      enqueue: async () => undefined,
      nowMs: () => NOW_MS,
    });
    const forged = request({ body: Buffer.from('{}') });
    expect(await ingest(forged)).toMatchObject({ code: 'unavailable', reason: 'secret-store-failing' });
    expect(await ingest(forged)).toMatchObject({ code: 'invalid-signature' });
    expect(await ingest(request())).toMatchObject({ code: 'accepted' });
  });
});

const bug = () => {
  throw new TypeError('a bug');
};

test.each([
  ['before', { isAllowedSource: bug }],
  ['in the search for a secret', { secrets: { current: bug, reread: bug } }],
])('a bug of ours %s is answered, with its cause for the log', async (_where, edges) => {
  const ingest = createIngest({
    isAllowedSource: () => true,
    secrets: createSecretSource({ fetchSecret: async () => SECRET, nowMs: () => NOW_MS }),
    enqueue: async () => undefined,
    nowMs: () => NOW_MS,
    ...edges,
  });
  expect(await ingest(request())).toMatchObject({
    code: 'unavailable',
    reason: 'unexpected-error',
    cause: { message: 'a bug' },
  });
});
