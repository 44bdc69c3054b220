import { afterAll, beforeAll, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { failureOf, syncBody } from '../operator/dead-letters/rig.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { describeInBrowser, launchBrowser, overflow, screenshot } from './support/browser.ts';
import { type RiggedInspector, rigInspector } from './support/rigged-inspector.ts';

/** `npm run test:long` looks at all of it; axe takes seconds for each page of a hundred letters. */
const isWhole = process.env['TEST_MANY_LETTERS'] !== undefined;
/** Three digits, in counts that stand in narrow places. */
const LETTERS = isWhole ? 168 : 101;
const WINDOWS = [
  [390, 'light'],
  [1280, 'dark'],
  [390, 'dark'],
  [1280, 'light'],
] as const;

describeInBrowser('a group of many letters', () => {
  let engines: TestEngines;
  let rigged: RiggedInspector;
  let browser: Browser;
  let group: string;

  beforeAll(async () => {
    [engines, browser] = await Promise.all([startEngines(), launchBrowser()]);
    rigged = await rigInspector(engines);
    const customer = 'customer-with-a-long-name-of-a-company-that-merged-with-another';
    await rigged.rig.putLetters(
      Array.from({ length: LETTERS }, (_, index) => ({
        eventId: `msg_2jvTnmCGKvWqYzRmtH9h${index}`,
        body: syncBody(`run-${index}`, customer),
        failure: failureOf(),
      })),
    );
    group = /groups\/([0-9a-f]{8})/.exec((await rigged.get('')).text)?.[1] ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await rigged?.close();
    await engines?.stopAll();
  });

  const findings = async (page: Page): Promise<readonly string[]> => {
    await page.evaluate(axe.source);
    const { violations }: axe.AxeResults = await page.evaluate('axe.run()');
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };
  const pages = () => [
    '',
    'letters',
    `groups/${group}`,
    'events/msg_2jvTnmCGKvWqYzRmtH9h0',
    `redrive?group=${group}`,
    'delete',
  ];

  test.each(isWhole ? WINDOWS : WINDOWS.slice(0, 2))(
    'at %i pixels, %s: axe finds nothing, and no page is wider than the window',
    async (width, colorScheme) => {
      const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
      const page = await context.newPage();
      for (const path of pages()) {
        await page.goto(`${rigged.inspector.url}${path}`);
        await screenshot(page, `many-${width}-${colorScheme}-${path.replace(/\W.*/, '')}`);
        expect({ path, overflow: await overflow(page), findings: await findings(page) }).toEqual({
          path,
          overflow: 0,
          findings: [],
        });
      }
      await context.close();
    },
    120_000,
  );

  test('badges do not touch, and no word of a figure breaks', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    for (const path of pages()) {
      await page.goto(`${rigged.inspector.url}${path}`);
      const touching =
        await page.evaluate(`[...document.querySelectorAll('.badge + .badge')].filter((badge) => {
        const one = badge.previousElementSibling.getBoundingClientRect();
        const other = badge.getBoundingClientRect();
        return one.top === other.top && other.left - one.right < 4;
      }).length`);
      const broken = await page.evaluate(`[...document.querySelectorAll('.tile dt')].filter((label) => {
        const words = label.textContent.trim().split(/\\s+/);
        const range = document.createRange();
        const text = label.firstChild;
        if (text?.nodeType !== Node.TEXT_NODE) return false;
        return words.some((word) => {
          const at = text.data.indexOf(word);
          if (at < 0) return false;
          range.setStart(text, at);
          range.setEnd(text, at + word.length);
          return range.getClientRects().length > 1;
        });
      }).map((label) => label.textContent)`);
      expect({ path, touching, broken }).toEqual({ path, touching: 0, broken: [] });
    }
    await context.close();
  });

  test('a poll leaves the focus where it is', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${rigged.inspector.url}groups/${group}`);
    const moved = await page.evaluate<string[]>(`(async () => {
      const moved = [];
      const all = [...document.querySelectorAll('#live :is(a, button, input:not([type=hidden]), select)')];
      for (const element of all.slice(0, 12)) {
        element.focus();
        const swapped = new Promise((resolve) => document.addEventListener('htmx:after:swap', resolve, { once: true }));
        htmx.trigger(document.body, 'inspector-poll');
        await swapped;
        if (document.activeElement !== element) moved.push(element.outerHTML.slice(0, 120));
      }
      return moved;
    })()`);
    expect(moved).toEqual([]);
    await page.close();
  });

  test('the keyboard alone redrives it, within twelve tabs', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${rigged.inspector.url}groups/${group}`);
    let presses = 0;
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement === document.body ? '' : document.activeElement.textContent.trim()",
      );
    const go = async (name: string) => {
      while (!(await focused()).startsWith(name)) {
        await page.keyboard.press('Tab');
        presses += 1;
        expect(presses).toBeLessThanOrEqual(12);
      }
      await page.keyboard.press('Enter');
    };
    const skip = async () => {
      await go('Skip to the content');
      await page.locator('#main:focus').waitFor();
    };
    await skip();
    await go('Redrive this group');
    await page.locator('.confirm').waitFor();
    await skip();
    await go(`Redrive ${LETTERS} events`);
    await page.getByText(`${LETTERS} events put back on the queue`).waitFor();
    await page.close();
  });
});
