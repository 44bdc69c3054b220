import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Metafile } from 'esbuild';
import { bundle } from '../../lib/bundle.ts';
import { LOCAL_CREDENTIALS } from '../../local/identity.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '../../local/loopback-server.ts';
import { startupBytes } from '../support/bundle-size.ts';
import { patienceMs } from '../support/slowness.js';
import { httpEvent, OTHER_SECRET, SECRET, SYNC_COMPLETE, signedHeaders } from './fixtures.ts';
import { startQueue, type TestQueue } from './queue-fixture.ts';

const MAX_BUNDLE_BYTES = 260_000;
/** For a log line that must come. */
const MAX_WAIT_MS = patienceMs(5_000);

let directory: string;
let metafile: Metafile;
let queue: TestQueue;
let proxy: LoopbackServer;
/** What was called on SQS, as seen on the wire. */
const sqsCalls: string[] = [];
/** Session tokens of all calls: a role's call without its own is refused by AWS, and by no engine. */
const sessionTokens = new Set<unknown>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ingest-'));
  const built = await bundle({ outDirectory: directory, entries: { ingest: 'lambdas/ingest/handler.ts' } });
  metafile = built['ingest'] ?? { inputs: {}, outputs: {} };
  queue = await startQueue();
  proxy = await listenOnLoopback(async (request, response) => {
    sqsCalls.push(String(request.headers['x-amz-target']));
    sessionTokens.add(request.headers['x-amz-security-token']);
    const body = await readBody(request);
    const { 'content-type': type = '', 'x-amz-target': target = '', authorization = '' } = request.headers;
    const answer = await fetch(queue.endpoint, {
      method: 'POST',
      headers: { 'content-type': type, 'x-amz-target': String(target), authorization },
      body: body?.toString() ?? '',
    });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
});

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
  sqsCalls.length = 0;
});
afterAll(async () => {
  await proxy.close();
  await queue.stop();
  await rm(directory, { recursive: true, force: true });
});

interface SecretAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** esbuild names its outputs from the project's directory. */
function entryUrl(): string {
  const [path = ''] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint) ?? [];
  return new URL(path, new URL('../../', import.meta.url)).href;
}

/** Loads the bundle in a worker, as the local run does, with its environment and nothing else. */
async function startFunction(
  secretAnswer: SecretAnswer | ((request: string) => SecretAnswer),
  environment: Readonly<Record<string, string>> = {},
) {
  const reads: string[] = [];
  const secretsManager = await listenOnLoopback(async (request, response) => {
    reads.push(String(request.headers['x-amz-target']));
    sessionTokens.add(request.headers['x-amz-security-token']);
    const text = String(await readBody(request));
    const { status, body } = typeof secretAnswer === 'function' ? secretAnswer(text) : secretAnswer;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  });
  const program = `
    import { parentPort } from 'node:worker_threads';
    const loaded = await import(${JSON.stringify(entryUrl())});
    parentPort.on('message', async (event) => parentPort.postMessage(await loaded.handler(event, {
      awsRequestId: 'invocation', getRemainingTimeInMillis: () => 10_000 })));
    parentPort.postMessage(Object.keys(loaded));`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: 'token-of-the-role',
      AWS_ENDPOINT_URL_SQS: proxy.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
      QUEUE_URL: `${proxy.url}${new URL(queue.url).pathname}`,
      SIGNING_SECRET_ID: 'signing-secret',
      POWERTOOLS_SERVICE_NAME: 'ingest-test',
      POWERTOOLS_METRICS_NAMESPACE: 'SupaglueWebhooks',
      ...environment,
    },
    execArgv: ['--no-warnings'],
    stdout: true,
    stderr: true,
  });
  cleanUps.push(
    () => worker.terminate(),
    () => secretsManager.close(),
  );
  const streams = { out: collectLines(worker.stdout), err: collectLines(worker.stderr) };
  const [exported] = await once(worker, 'message');
  return {
    exported,
    reads,
    ...streams,
    async invoke(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
      worker.postMessage(event);
      const [answer] = await once(worker, 'message');
      return answer;
    },
  };
}

/** The lines so far, and a wait for the first that holds a text. */
function collectLines(stream: NodeJS.ReadableStream) {
  const lines: string[] = [];
  const reader = createInterface({ input: stream });
  reader.on('line', (line) => lines.push(line));
  return {
    lines,
    async until(text: string): Promise<string> {
      for (;;) {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) {
          return found;
        }
        await once(reader, 'line', { signal: AbortSignal.timeout(MAX_WAIT_MS) });
      }
    },
  };
}

const stored = (value: string): SecretAnswer => ({ status: 200, body: { SecretString: value } });
const signedNow = (secret = SECRET) =>
  signedHeaders({ timestampSeconds: Math.floor(Date.now() / 1_000), secret });

describe('the bundle', () => {
  test('is small, and loads nothing that it does not need', () => {
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.length).toBeGreaterThan(50);
    expect(
      inputs.filter((path) => /node_modules\/(zod|@aws-sdk\/client-(dynamodb|sns))\//.test(path)),
    ).toEqual([]);
    expect(inputs.filter((path) => /credential-provider-(node|ini|sso|process)\//.test(path))).toEqual([]);
    expect(startupBytes(metafile)).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
  });

  test('exports the handler alone', async () => {
    expect((await startFunction(stored(SECRET))).exported).toEqual(['handler']);
  });
});

describe('a webhook', () => {
  test('accepted: one SQS call, one line of metrics, no log line', async () => {
    const started = await startFunction(stored(`${OTHER_SECRET} ${SECRET}`));
    expect(started.reads).toEqual(['secretsmanager.GetSecretValue']);
    const answer = await started.invoke(httpEvent({ headers: signedNow() }));
    expect(answer.statusCode).toBe(200);
    expect(sqsCalls).toEqual(['AmazonSQS.SendMessage']);
    expect(await queue.receive()).toMatchObject([{ Body: SYNC_COMPLETE }]);
    // The next request's lines come after all of this one's.
    await started.invoke(httpEvent({ headers: {} }));
    await started.err.until('missing-svix-id');
    await started.out.until('EventsRejected');
    expect(started.err.lines).toHaveLength(1);
    expect(started.out.lines).toHaveLength(2);
    expect(JSON.parse(started.out.lines[0] ?? '')).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: 'SupaglueWebhooks', Dimensions: [['service']] }] },
      service: 'ingest-test',
      EventsAccepted: 1,
      SecretPosition: 2,
      event_id: 'msg_test_1',
      event_type: 'sync.complete',
      customer: 'customer-1',
    });
    expect(started.out.lines[1]).not.toContain('event_id');
    expect(JSON.parse(started.out.lines[1] ?? '')).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'reason']] }] },
      reason: 'missing-headers',
      EventsRejected: 1,
    });
    expect(started.reads).toHaveLength(1);
    expect([...sessionTokens]).toEqual(['token-of-the-role']);
  });

  test('signed and too large: the log has its size, and not its body', async () => {
    const started = await startFunction(stored(SECRET));
    const body = `{"webhook_event_type":"${'body-of-a-customer '.repeat(60_000)}"}`;
    const headers = signedHeaders({ timestampSeconds: Math.floor(Date.now() / 1_000), body });
    expect((await started.invoke(httpEvent({ headers, body }))).statusCode).toBe(413);
    const line = await started.err.until('body-too-large');
    expect(JSON.parse(line)).toMatchObject({ level: 'WARN', event_id: 'msg_test_1' });
    await started.out.until('EventsRejected');
    expect([...started.err.lines, ...started.out.lines].join('\n')).not.toContain('body-of-a-customer');
    expect(line.length).toBeLessThan(1_000);
    expect(sqsCalls).toEqual([]);
  });

  test('forged: the log has the reason, and neither body, signature nor secret', async () => {
    const started = await startFunction(stored(SECRET));
    const headers: Record<string, string> = { ...signedNow(OTHER_SECRET), 'x-note': 'header-of-a-forger' };
    const body = '{"webhook_event_type":"body-of-a-forger"}';
    expect((await started.invoke(httpEvent({ headers, body }))).statusCode).toBe(401);
    const line = JSON.parse(await started.err.until('signature-mismatch'));
    expect(line).toMatchObject({
      level: 'WARN',
      service: 'ingest-test',
      code: 'invalid-signature',
      reason: 'signature-mismatch',
      request_id: 'gateway-request',
      invocation_id: 'invocation',
      event_id: 'msg_test_1',
    });
    const malformed = { ...signedNow(OTHER_SECRET), 'svix-id': 'id.of.a.forger' };
    expect((await started.invoke(httpEvent({ headers: malformed, body }))).statusCode).toBe(400);
    await started.err.until('malformed-svix-id');
    await started.out.until('invalid-headers');
    const told = [...started.err.lines, ...started.out.lines].join('\n');
    const signature = headers['svix-signature']?.slice('v1,'.length) ?? 'none';
    for (const secret of ['of-a-forger', 'of.a.forger', signature, SECRET.slice(6), OTHER_SECRET.slice(6)]) {
      expect(told).not.toContain(secret);
    }
    expect(sqsCalls).toEqual([]);
  });

  test('from a source outside the configured list', async () => {
    const started = await startFunction(stored(SECRET), { ALLOWED_SOURCES: '198.51.100.0/24' });
    expect((await started.invoke(httpEvent({ headers: signedNow() }))).statusCode).toBe(403);
  });
});

test('another source has its own route, secret, addresses and names', async () => {
  const { invoke, reads } = await startFunction(stored(SECRET), {
    SOURCES: JSON.stringify({
      acme: { secretId: 'secret-of-acme', type: 'webhook_event_type' },
      near: { secretId: 'secret-of-near', type: 'x', allowedSources: '198.51.100.0/24' },
    }),
  });
  expect(reads).toHaveLength(3);
  const event = httpEvent({ headers: signedNow() });
  const to = (name: string) => ({ ...event, routeKey: `POST /webhooks/${name}` });
  expect((await invoke(to('acme'))).statusCode).toBe(200);
  const [message] = await queue.receive();
  expect(message?.MessageAttributes).toMatchObject({
    'svix-id': { StringValue: 'acme:msg_test_1' },
    'event-type': { StringValue: 'acme:sync.complete' },
  });
  expect((await invoke(to('near'))).statusCode).toBe(403);
  expect((await invoke(to('nobody'))).statusCode).toBe(404);
});

describe('the start does not fail', () => {
  test.each([
    ['nothing was ever stored', { __type: 'ResourceNotFoundException' }, 400, 500, 'secret-missing'],
    ['the secret is marked for deletion', { __type: 'InvalidRequestException' }, 400, 500, 'secret-missing'],
    ['the secret is binary', { SecretBinary: 'AAAA' }, 200, 500, 'secret-missing'],
    ['the value is no secret', { SecretString: 'hunter2-hunter2' }, 200, 500, 'secret-without-whsec-prefix'],
    ['access is denied', { __type: 'AccessDeniedException' }, 400, 503, 'secret-store-failing'],
    ['Secrets Manager is down', {}, 500, 503, 'secret-store-failing'],
  ])('when %s', async (_name, body, secretStatus, status, reason) => {
    const started = await startFunction({ status: secretStatus, body });
    expect((await started.invoke(httpEvent({ headers: signedNow() }))).statusCode).toBe(status);
    expect(JSON.parse(await started.err.until(reason))).toMatchObject({ level: 'ERROR', reason });
    expect(started.err.lines.join()).not.toContain('hunter2');
    expect(sqsCalls).toEqual([]);
  });
});

describe('of several senders', () => {
  const SOURCES = JSON.stringify({
    openai: { type: 'type', secretId: 'secret-of-openai', toleranceSeconds: 900 },
    billing: { type: { header: 'X-Type' }, secretId: 'secret-of-billing', allowedSources: '192.0.2.0/24' },
  });
  const none = { status: 400, body: { __type: 'ResourceNotFoundException' } };
  const from = (source: string, event: APIGatewayProxyEventV2) => ({
    ...event,
    routeKey: `POST /webhooks/${source}`,
  });

  test('one without a stored secret keeps no other from being served', async () => {
    const started = await startFunction(
      (request) => (request.includes('secret-of-openai') ? none : stored(SECRET)),
      { SOURCES },
    );
    const event = httpEvent({ headers: { ...signedNow(), 'x-type': 'invoice.paid' } });
    expect((await started.invoke(from('openai', event))).statusCode).toBe(500);
    // As `events show` and the logs of the consumer know it.
    expect(JSON.parse(await started.err.until('secret-missing'))).toMatchObject({
      event_id: 'openai:msg_test_1',
    });
    expect((await started.invoke(event)).statusCode).toBe(200);
    expect((await started.invoke(from('billing', event))).statusCode).toBe(200);
    expect((await started.invoke(from('nobody', event))).statusCode).toBe(404);
    const ids = (await queue.receive()).map(({ MessageAttributes: attributes }) => [
      attributes?.['svix-id']?.StringValue,
      attributes?.['event-type']?.StringValue,
    ]);
    expect(ids.sort()).toEqual([
      ['billing:msg_test_1', 'billing:invoice.paid'],
      ['msg_test_1', 'sync.complete'],
    ]);
  });

  test('each has its own addresses, tolerance and secret', async () => {
    const started = await startFunction(
      (request) => stored(request.includes('secret-of-openai') ? OTHER_SECRET : SECRET),
      { SOURCES },
    );
    const elsewhere = httpEvent({ headers: signedNow(), sourceAddress: '198.51.100.1' });
    expect((await started.invoke(from('billing', elsewhere))).statusCode).toBe(403);
    expect((await started.invoke(elsewhere)).statusCode).toBe(200);
    const timestampSeconds = Math.floor(Date.now() / 1000) - 600;
    const old = httpEvent({ headers: signedHeaders({ timestampSeconds, secret: OTHER_SECRET }) });
    expect((await started.invoke(from('openai', old))).statusCode).toBe(200);
    expect((await started.invoke(old)).statusCode).toBe(401);
    expect((await started.invoke(from('billing', old))).statusCode).toBe(401);
    expect(JSON.parse(await started.err.until('timestamp-too-old'))).toMatchObject({
      event_id: 'msg_test_1',
    });
    // Supaglue's secret is none of this sender's.
    const masked = httpEvent({ headers: signedNow() });
    expect((await started.invoke(from('openai', masked))).statusCode).toBe(401);
    expect(JSON.parse(await started.err.until('signature-mismatch'))).toMatchObject({
      event_id: 'openai:msg_test_1',
    });
    // By a function URL, and by a path that a custom domain maps.
    const byUrl = { ...old, routeKey: '$default', rawPath: '/webhooks/openai' };
    expect((await started.invoke(byUrl)).statusCode).toBe(200);
    expect((await started.invoke({ ...from('openai', old), rawPath: '/hooks/x' })).statusCode).toBe(200);
    await queue.receive();
  });
});

test.each(['QUEUE_URL', 'SIGNING_SECRET_ID'])('a missing %s is told at load', async (name) => {
  await expect(startFunction(stored(SECRET), { [name]: '' })).rejects.toThrow(name);
});
