import { rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ConnectionDeleted, Handler } from '../../lambdas/handlers.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { makeCdkProject, makeProject, temporaryFolder } from './code-blocks.ts';

let project: string;
beforeAll(async () => {
  project = await temporaryFolder();
  await makeProject(project, 'README.md');
});
afterAll(() => rm(project, { recursive: true }));

describe('the README’s handler, run', () => {
  interface Call {
    readonly method: string | undefined;
    readonly path: string | undefined;
    readonly headers: IncomingHttpHeaders;
  }

  const direct = globalThis.fetch;
  let billing: Server;
  let calls: Call[];
  let status: number;
  let pauseBilling: Handler<ConnectionDeleted>;

  beforeAll(async () => {
    ({ pauseBilling } = await import(join(project, 'app/handlers/pause-billing.ts')));
  });
  beforeEach(async () => {
    calls = [];
    status = 200;
    billing = createServer(({ method, url: path, headers }, answer) => {
      calls.push({ method, path, headers });
      answer.writeHead(status).end();
    });
    await new Promise<void>((resolve) => billing.listen(0, '127.0.0.1', resolve));
    const { port } = billing.address() as AddressInfo;
    // The one thing that is not as in the document: where its example host is.
    globalThis.fetch = (input, init) =>
      direct(String(input).replace('https://billing.example.com/', `http://127.0.0.1:${port}/`), init);
  });
  afterEach(async () => {
    globalThis.fetch = direct;
    billing.closeAllConnections();
    await new Promise((resolve) => billing.close(resolve));
  });

  const lines: unknown[] = [];
  const log = (...line: unknown[]) => void lines.push(line);
  const run = async (signal = new AbortController().signal) =>
    pauseBilling({
      event: {
        webhook_event_type: 'connection.deleted',
        connection_id: 'c',
        customer_id: 'a/b',
        stored_customer_id: 'application:a/b',
        provider_id: 'p',
        provider_name: 'hubspot',
        category: 'crm',
        result: 'SUCCESS',
      },
      eventId: 'msg_1',
      handler: 'pause-billing',
      attempt: 1,
      idempotencyKey: 'key-1',
      receivedAt: new Date(0),
      deadline: new Date(0),
      signal,
      logger: { debug: log, info: log, warn: log, error: log },
      note: log,
    });

  test('asks once, with the key, and logs it', async () => {
    await run();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      method: 'POST',
      path: '/customers/a%2Fb/pause',
      headers: { 'idempotency-key': 'key-1' },
    });
    expect(lines).toEqual([['billing paused', { customer_id: 'a/b' }]]);
  });

  test.each([
    [404, { name: 'NonRetryableError', retryable: false }],
    [429, { name: 'RetryAfterError', seconds: 60 }],
    [500, { message: 'billing answered 500' }],
  ])('on %i fails as the README says', async (answered, error) => {
    status = answered;
    await expect(run()).rejects.toMatchObject(error);
  });

  test('ends when its time is over', async () => {
    const stopped = AbortSignal.abort();
    await expect(run(stopped)).rejects.toBe(stopped.reason);
    expect(calls).toEqual([]);
  });
});

test('pasted with its registration, it is bundled and synthesised, and the template tells it', async () => {
  await makeCdkProject(project);
  const directory = await synthesise({
    outDirectory: join(project, 'assembly'),
    projectDirectory: project,
  });
  const { deployments } = (await readAssembly(directory)).template;
  expect(deployments['Default']?.handlers).toMatchObject({
    byType: { 'sync.complete': ['alert-on-sync-error'], 'connection.deleted': ['pause-billing'] },
  });
});
