import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { type PostgresEngine, startPostgresEngine } from '../../local/engines/postgres.ts';
import { LOCAL_CLIENT, LOCAL_CREDENTIALS } from '../../local/identity.ts';
import { type LoopbackServer, listenOnLoopback } from '../../local/loopback-server.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../operator/core/target.ts';
import { type Inspector, serveInspector } from '../../operator/inspector/serve-inspector.ts';
import { describeInBrowser, launchBrowser } from '../inspector/support/browser.ts';
import { assembly } from '../support/assembly.ts';
import { type RecordedEvents, recordEvents } from '../support/recorded-events.ts';
import { postSigned } from '../support/signed-request.ts';

/** A name of the attacker's that leads to this machine by now. */
const REBOUND = 'rebound.example';
const SITE = 'attacker.example';

/** What a page can try on one address; each try gives what it could read. */
const attack = `async (url, key) => {
  const sqs = 'application/x-amz-json-1.0';
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + key + '/20260101/r/s/aws4_request, SignedHeaders=host, Signature=00';
  const form = 'application/x-www-form-urlencoded';
  const tries = [
    () => fetch(url),
    () => fetch(url, { mode: 'no-cors' }),
    () => fetch(url, { headers: { authorization } }),
    () => fetch(url, { method: 'POST', headers: { 'content-type': sqs, 'x-amz-target': 'DynamoDB_20120810.Scan', authorization }, body: '{"TableName":"x"}' }),
    () => fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }),
    () => fetch(url, { method: 'POST', mode: 'no-cors', headers: { 'content-type': form }, body: 'Action=SendMessage&MessageBody=attack' }),
    () => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': form }, body: 'Action=Publish&Message=attack' }),
  ];
  const read = [];
  for (const attempt of tries) {
    try {
      const answer = await attempt();
      const text = await answer.text();
      read.push(answer.type + ' ' + answer.status + ' ' + text);
    } catch (error) {
      read.push(error.name);
    }
  }
  return read;
}`;

describeInBrowser('a web page of somebody else, open on this machine', () => {
  let events: RecordedEvents;
  let cloud: LocalCloud;
  let postgres: PostgresEngine;
  let target: Target;
  let inspector: Inspector;
  let site: LoopbackServer;
  let browser: Browser;
  /** One for all attacks: the next one's address makes it a page of another site. */
  let page: Page;
  const seen: { readonly host: string; readonly status: number }[] = [];

  beforeAll(async () => {
    events = recordEvents();
    [cloud, postgres, site, browser] = await Promise.all([
      startLocalCloud({ assemblyDirectory: await assembly(), observer: events.observer }),
      startPostgresEngine(),
      listenOnLoopback(
        (_, response) => void response.setHeader('content-type', 'text/html').end('<p>a page</p>'),
        0,
        { callers: 'anyone' },
      ),
      launchBrowser(`--host-resolver-rules=MAP *.example 127.0.0.1`),
    ]);
    page = await browser.newPage();
    page.on('response', (response) => seen.push({ host: response.url(), status: response.status() }));
    target = localTarget(cloud.exports);
    inspector = await serveInspector({ target, write: true, onFault: () => undefined });
    // Something worth stealing.
    await postSigned(cloud.webhookUrl, {
      id: 'msg_stolen',
      body: '{"webhook_event_type":"supaglue-webhooks.ping"}',
      secret: cloud.secret,
    });
    await events.until(() => events.of('batch-settled').length === 1);
  });
  afterAll(async () => {
    await browser?.close();
    await inspector?.close();
    if (target !== undefined) closeTarget(target);
    await Promise.all([cloud?.stop(), postgres?.stop(), site?.close()]);
  });

  async function open(host: string, port: number | string, path = '/'): Promise<void> {
    await page.goto(`http://${host}:${port}${path}`).catch(() => undefined);
  }
  const servers = () =>
    new Map([
      ...Object.entries(cloud.exports).filter(([name]) => /^(?:AWS_ENDPOINT_URL_|RECEIVED_URL$)/.test(name)),
      ['QUEUE_URL', cloud.queueUrl] as const,
      ['the inspector', inspector.url] as const,
    ]);
  const state = async () => {
    const sqs = new SQSClient({ ...LOCAL_CLIENT, endpoint: cloud.exports['AWS_ENDPOINT_URL_SQS'] ?? '' });
    const dynamoDb = new DynamoDBClient({
      ...LOCAL_CLIENT,
      endpoint: cloud.exports['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    });
    const depth = async (QueueUrl: string) =>
      (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes?.[
        'ApproximateNumberOfMessages'
      ];
    const { Items } = await dynamoDb.send(new ScanCommand({ TableName: cloud.ledgerTableName }));
    const depths = await Promise.all([cloud.queueUrl, cloud.deadLetterQueueUrl].map(depth));
    sqs.destroy();
    dynamoDb.destroy();
    return { Items, depths, batches: events.of('batch-settled').length, alerts: events.of('alert').length };
  };

  test.each([SITE, '127.0.0.1', 'localhost'])('reads and changes nothing from http://%s', async (host) => {
    const before = await state();
    await open(host, site.port);
    for (const [name, url] of servers()) {
      const read = await page.evaluate(
        `(${attack})(${JSON.stringify(url)}, '${LOCAL_CREDENTIALS.accessKeyId}')`,
      );
      // An opaque answer has neither a status nor a text.
      expect({ name, read: new Set(read as string[]) }).toEqual({
        name,
        read: new Set(['TypeError', 'opaque 0 ']),
      });
    }
    expect(await state()).toEqual(before);
  });

  test('changes nothing with a form, and shows itself nothing in a frame', async () => {
    const before = await state();
    for (const [name, url] of servers()) {
      await open(SITE, site.port);
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().startsWith(url.replace(/\/$/, ''))),
        page.evaluate(`{
          const form = Object.assign(document.createElement('form'), { method: 'post', action: ${JSON.stringify(url)} });
          for (const [name, value] of Object.entries({ Action: 'SendMessage', MessageBody: 'attack', form_token: 'x' })) {
            form.append(Object.assign(document.createElement('input'), { name, value }));
          }
          document.body.append(form);
          form.submit();
        }`),
      ]);
      expect({ name, status: answer.status() }).toEqual({ name, status: 403 });
      // Until it shows the answer it is still on its way there.
      await page.waitForURL((shown) => shown.href.startsWith(url));
      await open(SITE, site.port);
      const [framed] = await Promise.all([
        page.waitForResponse((response) => response.url().startsWith(url.replace(/\/$/, ''))),
        page.evaluate(
          `document.body.append(Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(url)} }))`,
        ),
      ]);
      expect({ name, status: framed.status() }).toEqual({ name, status: 403 });
    }
    expect(await state()).toEqual(before);
  });

  test('reads nothing under a name that was rebound to this machine', async () => {
    const before = await state();
    for (const [name, url] of servers()) {
      const { port, pathname } = new URL(url);
      await open(REBOUND, port, pathname);
      const read = await page.evaluate(
        `(${attack})(${JSON.stringify(pathname)}, '${LOCAL_CREDENTIALS.accessKeyId}')`,
      );
      // Same origin for the browser: the page may read the answer, and it is a refusal.
      expect({ name, read }).toEqual({
        name,
        read: Array.from({ length: 7 }, () => expect.stringMatching(/^basic 403 .*Refused: /)),
      });
    }
    expect(await state()).toEqual(before);
  });

  test('the pages were real, and every answer to them a refusal', () => {
    const answers = seen.filter(({ host }) => new URL(host).port !== String(site.port));
    expect(answers.length).toBeGreaterThan(100);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
  });

  test('PostgreSQL takes a page’s request for no statement, and goes on', async () => {
    await open(SITE, site.port);
    const read =
      await page.evaluate(`fetch(${JSON.stringify(`http://127.0.0.1:${new URL(postgres.url).port}`)}, {
      method: 'POST', mode: 'no-cors', body: 'CREATE TABLE attack ()', signal: AbortSignal.timeout(500),
    }).then(() => 'an answer', (error) => error.name)`);
    expect(read).toMatch(/^T(?:ype|imeout)Error$/);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query(
      "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    await client.end();
    expect(rows).toEqual([]);
  });

  test('the inspector’s own page still opens', async () => {
    const answer = await page.goto(inspector.url);
    expect(answer?.status()).toBe(200);
  });
});
