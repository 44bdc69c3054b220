import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { projectDirectory } from '../../lib/project-paths.ts';
import { findConsumerSource } from '../../operator/core/consumer-source.ts';
import { readLedgerRecord } from '../../operator/core/ledger-reader.ts';
import { readQueueDepth } from '../../operator/core/queue-depth.ts';
import { type Inspector, serveInspector } from '../../operator/inspector/serve-inspector.ts';
import { never } from '../operator/dead-letters/rig.ts';
import { patienceMs } from '../support/slowness.js';
import { type BrokenCloud, startBrokenCloud } from './support/broken-cloud.ts';
import { complaintsOf, describeInBrowser, launchBrowser, screenshot } from './support/browser.ts';

/** Those before the handlers break. */
const SOUND = 18;
const EVENTS = 30;
/** Set to 1, the README's picture is made anew. */
const WRITES_PICTURE = process.env['WRITE_PICTURES'] === '1';

describeInBrowser('an operator, from the first failure to an empty queue', () => {
  let cloud: BrokenCloud;
  let inspector: Inspector;
  let browser: Browser;
  let page: Page;
  let overview: Page;
  let complaints: (readonly string[])[];

  beforeAll(async () => {
    [cloud, browser] = await Promise.all([startBrokenCloud(), launchBrowser()]);
    inspector = await serveInspector({
      target: cloud.target,
      write: true,
      loadHandlers: async () => cloud.handlersOf,
      onFault: (error) => complaints.push([String(error)]),
    });
    const context = await browser.newContext({ viewport: { width: 1_200, height: 800 } });
    // Hang guards, far above what a busy machine needs.
    context.setDefaultTimeout(60_000);
    [page, overview] = await Promise.all([context.newPage(), context.newPage()]);
    complaints = [complaintsOf(page), complaintsOf(overview)];
  });
  afterAll(async () => {
    await browser?.close();
    await inspector?.close();
    await cloud?.stop();
  });

  /** Waits until the open overview shows it, without loading it again. */
  const figure = (name: 'dead' | 'processed', count: number) =>
    overview
      .locator(`#tile-${name}`)
      .getByText(String(count), { exact: true })
      .waitFor({ timeout: patienceMs(60_000) });

  test('sees failures come in, reads one, redrives it and then all, and nothing runs twice', async () => {
    await overview.goto(inspector.url);
    await figure('dead', 0);
    await overview.evaluate('window.loadedOnce = true');
    await cloud.send(SOUND, 'sound');
    await figure('processed', SOUND);
    await cloud.breakHandlers();
    const ids = await cloud.send(EVENTS, 'failing');

    // The open page follows by itself: the figures, then the groups.
    await figure('dead', EVENTS);
    await overview.locator('.group').nth(2).waitFor();
    await overview.locator('.group .count:has-text("10")').nth(2).waitFor();
    expect((await overview.locator('.group h3').allTextContents()).sort()).toEqual([
      'DatabaseError in backfill',
      'NonRetryableError in clean-up',
      'TypeError in store-contacts',
    ]);
    await overview.locator('.legend li').filter({ hasText: 'Dead-lettered' }).getByText('30').waitFor();
    await screenshot(overview, 'overview');
    if (WRITES_PICTURE) await writePicture(overview);

    // From the group to one event, and why it failed.
    await page.goto(inspector.url);
    await page.getByRole('link', { name: 'DatabaseError in backfill' }).click();
    await page.locator('.letter').nth(9).waitFor();
    await screenshot(page, 'group');
    await page.locator('.letter a').first().click();
    const failure = page.locator('#failure');
    await failure.getByText('canceling statement due to statement timeout').waitFor();
    expect(await failure.locator('.stack').textContent()).toMatch(
      /^at .*app\/handlers\/backfill\.ts:\d+:\d+/,
    );
    expect(await page.locator('#timeline').textContent()).toContain('Attempt 2 failed in backfill');
    const chosen = (await page.locator('h1').textContent()) ?? '';
    await screenshot(page, 'event');

    // The handlers are mended: one first.
    await cloud.mendHandlers();
    await page.getByRole('link', { name: 'Redrive this event' }).click();
    expect(await page.locator('.plan').first().textContent()).toContain('runs backfillnot again: audit');
    await page.getByRole('button', { name: 'Redrive 1 event' }).click();
    await page.getByText('1 event put back on the queue').waitFor();
    await screenshot(page, 'change');
    await figure('dead', EVENTS - 1);

    // Its own page says so too, without being asked.
    await page.getByRole('link', { name: chosen }).click();
    await page.locator('#event-status .badge.good:text-is("COMPLETED")').waitFor();

    // Then all.
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('link', { name: 'Redrive all' }).click();
    await page.getByText('store-contacts for 10 events').waitFor();
    await screenshot(page, 'confirm-redrive');
    await page.getByRole('button', { name: `Redrive ${EVENTS - 1} events` }).click();
    await page.getByText(`${EVENTS - 1} events put back on the queue`).waitFor();
    await figure('dead', 0);
    await overview.getByText('No dead letters: nothing needs you.').waitFor();
    await figure('processed', SOUND + EVENTS);
    expect(await overview.evaluate('window.loadedOnce')).toBe(true);
    await screenshot(overview, 'overview-empty');

    // Somebody pauses the consumer elsewhere.
    const { uuid } = await findConsumerSource(cloud.target, never);
    await cloud.target.clients.lambda.send(
      new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: false }),
    );
    await overview.getByText('Paused.').waitFor();

    for (const url of [cloud.target.queueUrl, cloud.target.deadLetterQueueUrl]) {
      expect(await readQueueDepth(cloud.target, url, never)).toEqual({ visible: 0, hidden: 0 });
    }
    for (const [index, id] of ids.entries()) {
      expect(await readLedgerRecord(cloud.target, id, never)).toMatchObject({ status: 'COMPLETED' });
      const handler = ['store-contacts', 'clean-up', 'backfill'][index % 3] ?? '';
      expect(await cloud.runs(id)).toEqual({ audit: 1, [handler]: 1 });
    }
    expect(complaints.flat()).toEqual([]);
  });
});

async function writePicture(page: Page): Promise<void> {
  const path = join(projectDirectory, 'docs/images/inspector.png');
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path, fullPage: true });
}
