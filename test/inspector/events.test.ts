import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { samples } from '../../lambdas/events/samples.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { readLedgerRecord } from '../../operator/core/ledger-reader.ts';
import { waitUntilDrained } from '../../operator/core/queue-depth.ts';
import type { Target } from '../../operator/core/target.ts';
import { type Inspector, serveInspector } from '../../operator/inspector/serve-inspector.ts';
import { never } from '../operator/dead-letters/rig.ts';
import { startInsights } from '../operator/support/insights.ts';
import { type LocalRun, startLocalRun } from '../operator/support/local-run.ts';
import { startEngines } from '../support/engines.ts';
import { deliverSigned, signedHeaders } from '../support/signed-request.ts';
import { patienceMs } from '../support/slowness.js';
import {
  complaintsOf,
  describeInBrowser,
  launchBrowser,
  loadedWith,
  overflow,
  screenshot,
  seriousFindings,
} from './support/browser.ts';
import { rigInspector } from './support/rigged-inspector.ts';

/** Set to 1, the pictures of docs are made anew. */
const WRITES_PICTURE = process.env['WRITE_PICTURES'] === '1';

describeInBrowser('a newcomer, without any id', () => {
  let run: LocalRun;
  let target: Target;
  let inspector: Inspector;
  let browser: Browser;
  const faults: unknown[] = [];

  beforeAll(async () => {
    [run, browser] = await Promise.all([startLocalRun(), launchBrowser()]);
    ({ target } = run);
    inspector = await serveInspector({ target, write: true, onFault: (error) => faults.push(error) });
    const send = async (id: string, type: keyof typeof samples, fields: object = {}) => {
      const body = JSON.stringify({ ...samples[type], ...fields });
      await deliverSigned(run.cloud.webhookUrl, { id, body, secret: run.cloud.secret });
    };
    await send('msg_2fQ9c1aVt0', 'sync.complete', { customer_id: 'acme' });
    await send('msg_2fQ9d8kLm3', 'connection.created', { customer_id: 'globex' });
    await send('msg_2fQ9f4pZw7', 'supaglue-webhooks.ping', { fail_permanently: true });
    await waitUntilDrained(target, patienceMs(30_000), never);
    const body = JSON.stringify({ ...samples['sync.complete'], customer_id: '<img src=x onerror=alert(1)>' });
    const headers = signedHeaders({ id: 'msg_2fQ9g6rTx2', body, secret: run.cloud.secret });
    const pretty = JSON.stringify(JSON.parse(body), null, 2);
    await fetch(run.cloud.webhookUrl, { method: 'POST', headers, body: pretty });
    const { 'svix-signature': _, ...unsigned } = headers;
    const hostile = '{"a":"<img src=x onerror=alert(1)>"}';
    await fetch(run.cloud.webhookUrl, { method: 'POST', headers: unsigned, body: hostile });
  });
  afterAll(async () => {
    await browser?.close();
    await inspector?.close();
    await run?.stop();
    expect(faults).toEqual([]);
  });

  async function open(javaScriptEnabled: boolean): Promise<Page> {
    const context = await browser.newContext({
      javaScriptEnabled,
      viewport: { width: 1_200, height: 700 },
      // Colours are looked at in both schemes: between them no button may be on its way.
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(60_000);
    return context.newPage();
  }

  test('sees what came, filters, and finds why a request was refused; axe and a phone too', async () => {
    const page = await open(true);
    const complaints = complaintsOf(page);
    await page.goto(inspector.url);
    await page.getByRole('link', { name: 'Events' }).click();
    const rows = page.locator('#events .row');
    await loadedWith(rows.nth(4));
    expect(await rows.locator('.badge').allTextContents()).toEqual([
      'refused',
      'refused',
      'dead',
      'completed',
      'completed',
    ]);
    await look(page, 'events');

    await page.getByRole('combobox', { name: 'State' }).selectOption('completed');
    await page.getByRole('textbox', { name: 'Customer' }).fill('acme');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL(/customer=acme/);
    expect(await rows.locator('h3').allTextContents()).toEqual(['msg_2fQ9c1aVt0']);
    await rows.locator('a').click();
    await page.locator('pre.payload').getByText('"customer_id": "acme"').waitFor();

    await page.goto(`${inspector.url}events?status=refused`);
    await page.getByRole('link', { name: '401 signature-mismatch' }).click();
    await loadedWith(page.getByText('the body was parsed and written again'));
    expect(await page.locator('#command-explain').textContent()).toMatch(/explain --request \S+ --local$/);
    await look(page, 'refused');
    await page.goBack();
    await page.getByRole('link', { name: '400 missing-svix-signature' }).click();
    await page.getByText('the header svix-signature is missing').waitFor();
    expect(await page.locator('pre.payload').textContent()).toContain('<img src=x');
    await page.goto(`${inspector.url}resend?id=msg_2fQ9c1aVt0&rerun=alert-on-sync-error`);
    await look(page, 'resend');
    expect(complaints).toEqual([]);
  });

  test('without JavaScript a completed event is run again, after a plan', async () => {
    const page = await open(false);
    await page.goto(`${inspector.url}events?status=completed&customer=acme`);
    await page.getByRole('link', { name: 'msg_2fQ9c1aVt0' }).click();
    await page.getByRole('link', { name: 'Run it again …' }).click();
    expect(await page.locator('.plan').textContent()).toContain('skipped, COMPLETED');
    expect(await page.getByRole('button', { name: 'Run it again' }).count()).toBe(0);
    await page.locator('summary').click();
    await page.getByRole('checkbox', { name: 'alert-on-sync-error' }).check();
    await page.getByRole('button', { name: 'Show what would happen' }).click();
    await page.locator('.plan').getByText('runs alert-on-sync-error').waitFor();
    await page.getByRole('button', { name: 'Run it again' }).click();
    await page.locator('#event-status').waitFor();
    await waitUntilDrained(target, patienceMs(30_000), never);
    expect(await readLedgerRecord(target, 'msg_2fQ9c1aVt0', never)).toMatchObject({
      status: 'COMPLETED',
      attempts_total: 2,
    });
    await page.goto(`${inspector.url}resend?id=msg_none`);
    await page.getByText('has no msg_none').waitFor();
  });

  async function look(page: Page, name: string): Promise<void> {
    await screenshot(page, name);
    if (WRITES_PICTURE && name !== 'resend') {
      await page.screenshot({ path: join(projectDirectory, `docs/images/${name}.png`), fullPage: true });
    }
    expect(await seriousFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFindings(page, ['color-contrast', 'link-in-text-block'])).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize({ width: 1_200, height: 700 });
  }
});

test('of a stack: the log tells, the cause stands there, and a resend without a payload says what to do', async () => {
  const [engines, insights] = await Promise.all([startEngines(), startInsights()]);
  const plain = await rigInspector(engines);
  const target = { ...plain.rig.variant({ kind: 'stack' }), ingestLogGroup: 'Prod-IngestLogs' };
  const { get, post, close } = await rigInspector(engines, { target, write: false });
  try {
    const at = new Date().toISOString().replace('T', ' ').replace('Z', '');
    insights.finds(
      { '@timestamp': at, code: 'invalid-signature', reason: 'signature-mismatch', request_id: 'r1' },
      { '@timestamp': at, event_id: 'msg_1', event_type: 'sync.complete', customer: 'acme' },
    );
    const { status, text } = await get('events');
    expect(status).toBe(200);
    for (const expected of [
      '401 signature-mismatch',
      'Likely: the signature was made with',
      'msg_1',
      'accepted',
    ])
      expect(text).toContain(expected);
    expect(text).not.toMatch(/hx-get="[^"]*events"|href="[^"]*requests/);
    const tooMany = [400, { __type: 'LimitExceededException', message: 'too many' }] as const;
    insights.answers = { StartQuery: [tooMany, tooMany, tooMany] };
    expect(await get('events')).toMatchObject({ status: 503, text: expect.stringContaining('too many') });
    expect((await post('resend', { id: 'msg_1' })).status).toBe(403);
    expect((await post('resend', { id: 'msg_1', form_token: 'x' })).status).toBe(403);
  } finally {
    await Promise.all([close(), plain.close(), insights.close()]);
    await engines.stopAll();
  }
});
