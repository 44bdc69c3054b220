import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { factsOf, failureOf, syncBody } from '../operator/dead-letters/rig.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import {
  complaintsOf,
  describeInBrowser,
  launchBrowser,
  loadedWith,
  overflow,
  screenshot,
  seriousFindings,
} from './support/browser.ts';
import { type RiggedInspector, rigInspector } from './support/rigged-inspector.ts';

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>';
const DESKTOP = { width: 1_200, height: 800 };
const PHONE = { width: 360, height: 740 };

describeInBrowser('in a browser', () => {
  let engines: TestEngines;
  let rigged: RiggedInspector;
  let browser: Browser;
  let group: string;
  let messageId: string;

  beforeAll(async () => {
    [engines, browser] = await Promise.all([startEngines(), launchBrowser()]);
    rigged = await rigInspector(engines);
    const body = syncBody('run-1');
    const long = 'x'.repeat(300);
    const failure = failureOf({
      message: HOSTILE,
      handlers: [
        {
          handler: 'audit',
          error: 'HostileError',
          message: `${HOSTILE} ${long}`,
          retryable: false,
          stack: `at ${HOSTILE} (${long})`,
        },
      ],
    });
    await rigged.rig.putLetters([
      ...['msg_1', 'msg_2', 'msg_3'].map((eventId) => ({ eventId, body, failure: failureOf() })),
      { eventId: 'msg_hostile', body: syncBody(HOSTILE, `${HOSTILE}${long}`), failure, group: 'acme' },
      { eventId: `msg_${'long'.repeat(30)}`, body: 'not json', failure },
      { body },
    ]);
    await rigged.rig.recordDeadLettered(factsOf('msg_1', body), { completed: ['audit'] });
    await rigged.rig.recordCompleted(factsOf('msg_2', body), ['audit', 'backfill']);
    group = /groups\/([0-9a-f]{8})/.exec((await rigged.get('')).text)?.[1] ?? '';
    messageId = /letters\/([^/"]+)\/edit/.exec((await rigged.get('events/msg_1')).text)?.[1] ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await rigged?.close();
    await engines?.stopAll();
  });

  async function open(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext({ viewport: DESKTOP, ...options });
    context.setDefaultTimeout(30_000);
    return context.newPage();
  }
  const pages = () => ({
    overview: '',
    letters: 'letters?type=sync.complete',
    group: `groups/${group}`,
    event: 'events/msg_1',
    hostile: 'events/msg_hostile',
    edit: `letters/${messageId}/edit`,
    redrive: 'redrive',
    delete: 'delete',
    'not-found': 'events/msg_unknown',
  });

  test('every page: no serious finding of axe, no complaint, and none wider than a phone', async () => {
    const page = await open({ colorScheme: 'light' });
    const complaints = complaintsOf(page);
    for (const [name, path] of Object.entries(pages())) {
      await page.setViewportSize(DESKTOP);
      await page.goto(`${rigged.inspector.url}${path}`);
      await screenshot(page, `page-${name}`);
      const findings = await seriousFindings(page);
      await page.setViewportSize(PHONE);
      expect({ name, findings, overflow: await overflow(page) }).toEqual({ name, findings: [], overflow: 0 });
      await screenshot(page, `phone-${name}`);
    }
    // The one answer that is no success is said by the browser, too.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await page.context().close();
  });

  test('every page in the dark: enough contrast', async () => {
    const page = await open({ colorScheme: 'dark' });
    for (const [name, path] of Object.entries(pages())) {
      await page.goto(`${rigged.inspector.url}${path}`);
      // Nothing else depends on colours.
      const findings = await seriousFindings(page, ['color-contrast', 'link-in-text-block']);
      expect({ name, findings }).toEqual({ name, findings: [] });
      if (['overview', 'event'].includes(name)) await screenshot(page, `dark-${name}`);
    }
    const ground = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    expect(ground).toBe('rgb(16, 20, 24)');
    await page.context().close();
  });

  test('a payload that holds a script is shown as text', async () => {
    const page = await open({});
    const complaints = complaintsOf(page);
    await page.goto(`${rigged.inspector.url}events/msg_hostile`);
    expect(await page.locator('pre.payload').textContent()).toContain(HOSTILE);
    expect(await page.locator('#failure .message').first().textContent()).toBe(HOSTILE);
    // Once more as it is put into the open page by a poll.
    await Promise.all([
      page.waitForResponse((response) => response.request().headers()['hx-request'] === 'true'),
      page.evaluate("htmx.trigger(document.body, 'inspector-poll')"),
    ]);
    await page.locator('pre.payload').getByText('alert(2)').waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('without JavaScript everything can be read, and redriven', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.goto(rigged.inspector.url);
    expect(await page.locator('#connection noscript').isVisible()).toBe(true);
    await page.getByRole('link', { name: 'TypeError in backfill' }).click();
    await page.getByRole('combobox', { name: 'Event type' }).selectOption('sync.complete');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'msg_3' }).click();
    await loadedWith(page.getByText('no such customer').first());
    expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Redrive this event' }).click();
    await page.getByRole('button', { name: 'Redrive 1 event' }).click();
    await page.getByText('1 event put back on the queue').waitFor();
    await page.context().close();
  });

  test('with the keyboard alone, and what has the focus can be seen', async () => {
    const page = await open({});
    await page.goto(rigged.inspector.url);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');

    const go = async (name: string) => {
      const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');
      for (let presses = 0; presses < 60 && !(await focused()).startsWith(name); presses += 1) {
        await page.keyboard.press('Tab');
      }
      expect(await focused()).toMatch(new RegExp(`^${name}`));
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      await page.keyboard.press('Enter');
    };
    // The open page is brought up to date under the one who looks: the focus stays.
    const answered = page.waitForResponse((response) => response.url().endsWith('/look'));
    await go('Look again');
    await answered;
    await page.locator('#connection.live').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('look-again');

    await go('TypeError in backfill');
    await loadedWith(page.locator('.letter').first());
    await go('msg_1');
    await loadedWith(page.locator('#failure'));
    await go('Redrive this event');
    await loadedWith(page.locator('.confirm'));
    await go('Redrive 1 event');
    await loadedWith(page.getByText('1 event put back on the queue'));
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });

  test('copies what it offers', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(`${rigged.inspector.url}events/msg_hostile`);
    await page.getByRole('button', { name: 'Copy Replay' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('dlq export msg_hostile');
    await page.context().close();
  });

  test('says so when the inspector has gone', async () => {
    const other = await rigInspector(engines);
    const page = await open({});
    await page.goto(other.inspector.url);
    await page.getByText('Live').waitFor();
    await other.close();
    await page.evaluate("htmx.trigger(document.body, 'inspector-poll')");
    await page.getByText('Not updated: the inspector does not answer').waitFor();
    await page.context().close();
  });
});
