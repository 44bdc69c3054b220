import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { projectDirectory } from '../../../lib/project-paths.ts';

const EXECUTABLE = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const SCREENSHOTS = join(projectDirectory, '.test-results/screenshots');

/** `describe`, where there is a Chromium. In CI its absence is a failure: nobody would see the tests missing. */
export const describeInBrowser = chooseDescribe();

function chooseDescribe() {
  if (existsSync(EXECUTABLE)) return describe;
  const problem = `no Chromium at ${EXECUTABLE}: install it, or name it in CHROMIUM_PATH`;
  if (process.env['CI'] !== undefined) throw new Error(problem);
  process.stderr.write(`\n*** SKIPPED: the browser tests. ${problem} ***\n\n`);
  return describe.skip;
}

/** @param args - further ones of Chromium's own */
export function launchBrowser(...args: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
}

/**
 * Waits until the page that shows this has loaded. What stands in a page counts as visible before the style sheet has
 * come that gives it its looks, or hides it.
 */
export async function loadedWith(shown: Locator): Promise<void> {
  await shown.waitFor();
  await shown.page().waitForLoadState();
}

/** What the browser complains of while pages are shown. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  // A script of a payload that ran would open one.
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
}

/** A whole page as a picture, kept beside the other results. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/**
 * Serious and critical findings of axe. The protocol's own evaluation is not bound by the page's content policy.
 *
 * @param rules - Default: all
 */
export async function seriousFindings(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const options: axe.RunOptions = rules === undefined ? {} : { runOnly: [...rules] };
  const { violations }: axe.AxeResults = await page.evaluate(`axe.run(${JSON.stringify(options)})`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** How far the page is wider than its window, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}
