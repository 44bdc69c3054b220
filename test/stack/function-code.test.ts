import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BundleError } from '../../lib/bundle-error.ts';
import {
  BUNDLES_VARIABLE,
  type FunctionCode,
  functionCode,
  MINIFY_VARIABLE,
} from '../../lib/function-code.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { readHandlers } from '../../lib/read-handlers.ts';
import { standInBundles } from './synthesised-stack.ts';

let directory: string;
beforeAll(async () => {
  // Within the project, so that handlers find its sources.
  await mkdir(join(projectDirectory, '.test-results'), { recursive: true });
  directory = await mkdtemp(join(projectDirectory, '.test-results', 'function-code-'));
});
afterAll(() => rm(directory, { recursive: true }));
beforeEach(() => {
  for (const name of [BUNDLES_VARIABLE, MINIFY_VARIABLE]) delete process.env[name];
});

let files = 0;
async function handlersOf(source: string): Promise<string> {
  const file = join(directory, `handlers-${++files}.ts`);
  await writeFile(file, source);
  return file;
}
const codeOf = (handlers: string, { prefix = '', reconciles = false } = {}) =>
  functionCode({ handlers, prefix, reconciles, assetDirectory: join(directory, 'assets') });
/** A handler of a consumer's, without the weight of one. */
const REGISTERING = `
  const someRegistrations = () => ({ byType: { 'sync.complete': ['bill'] }, any: [process.env['WHOSE'] ?? ''] });
  export const handler = Object.assign(async () => undefined, { registrations: someRegistrations });`;

describe('the code of the functions', () => {
  test('is bundled from the ingest function and the handlers, and tells what these register', async () => {
    const code = codeOf(await handlersOf(REGISTERING), { prefix: 'Mine-' });
    const assets = join(directory, 'assets');
    expect([code.ingest, code.consumer]).toEqual([
      join(assets, 'Mine-ingest'),
      join(assets, 'Mine-consumer'),
    ]);
    expect((await readdir(assets)).filter((name) => name.startsWith('Mine-')).sort()).toEqual([
      'Mine-consumer',
      'Mine-ingest',
      'Mine-meta',
    ]);
    expect(existsSync(join(code.ingest, 'index.mjs'))).toBe(true);
    const bundled = await readFile(join(code.consumer, 'index.mjs'), 'utf8');
    expect(bundled).toContain('sync.complete');
    expect(bundled.replace('"someRegistrations"', '')).not.toContain('someRegistrations');
    expect(code.readHandlers({ WHOSE: 'audit' })).toEqual({
      handlers: { byType: { 'sync.complete': ['bill'] }, any: ['audit'] },
    });
  });

  test('holds the function that reconciles where it is asked for, and long names for a debugger', async () => {
    process.env[MINIFY_VARIABLE] = 'false';
    const code = codeOf(await handlersOf(REGISTERING), { prefix: 'All-', reconciles: true });
    expect(code.reconcile).toBe(join(directory, 'assets', 'All-reconcile'));
    expect(existsSync(join(code.reconcile, 'index.mjs'))).toBe(true);
    const bundled = await readFile(join(code.consumer, 'index.mjs'), 'utf8');
    expect(bundled).toContain('var someRegistrations = () =>');
  });

  test('that is not there, or does not compile, is told in the compiler’s words alone', async () => {
    const missing = join(directory, 'nowhere.ts');
    expect(() => codeOf(missing)).toThrow(new BundleError(`there is no file ${missing} with the handlers`));
    const broken = await handlersOf("import './missing.ts';");
    const failure = (() => {
      try {
        return codeOf(broken);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(BundleError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^cannot bundle the consumer function\n[^\n]*missing\.ts[\s\S]*\S$/),
    });
    expect(String(failure)).not.toContain('    at ');
  });
});

describe('bundles that are there already', () => {
  test('are taken as they are, with what they register', async () => {
    const bundles = await standInBundles(join(directory, 'bundles'));
    process.env[BUNDLES_VARIABLE] = bundles;
    const { readHandlers: registered, ...code }: FunctionCode = codeOf('/nowhere/handlers.ts');
    expect(code).toEqual({
      ingest: join(bundles, 'ingest'),
      consumer: join(bundles, 'consumer'),
      reconcile: join(bundles, 'reconcile'),
    });
    expect(registered({})).toEqual({ handlers: { byType: {}, any: [] } });
  });

  test.each(['ingest', 'consumer'])('are named when that of %s is missing', async (name) => {
    const bundles = await standInBundles(join(directory, `without-${name}`));
    await rm(join(bundles, name), { recursive: true });
    process.env[BUNDLES_VARIABLE] = bundles;
    expect(() => codeOf('/nowhere/handlers.ts')).toThrow(
      new BundleError(`${join(bundles, name, 'index.mjs')} is missing: ${BUNDLES_VARIABLE} names its folder`),
    );
  });
});

describe('what handlers register', () => {
  let bundles = 0;
  async function reading(
    source: string,
    environment: Readonly<Record<string, string>> = {},
    timeoutMs?: number,
  ) {
    const bundle = join(directory, `consumer-${++bundles}`);
    await mkdir(bundle);
    await writeFile(join(bundle, 'index.mjs'), source);
    return readHandlers(bundle, environment, timeoutMs);
  }
  const NOT_OURS = 'its `handler` is not made by createConsumerHandler';
  const telling = (value: string) => `export const handler = { registrations: () => (${value}) };`;

  test('is read with the function’s variables, and none of this process', async () => {
    process.env['OF_THIS_PROCESS'] = 'yes';
    const read = await reading(telling('process.env'), { WHOSE: 'mine' });
    delete process.env['OF_THIS_PROCESS'];
    expect(read).toEqual({
      handlers: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
        AWS_LAMBDA_FUNCTION_NAME: 'handlers-are-listed',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        WHOSE: 'mine',
        BUNDLE_URL: expect.stringMatching(/^file:.*index\.mjs$/),
      },
    });
  });

  test('is read past what their module prints and leaves open', async () => {
    const noisy = "console.log('{}'); console.error('Error: none'); setInterval(() => {}, 1000);";
    expect(await reading(`${noisy} ${telling('{ any: [] }')}`)).toEqual({ handlers: { any: [] } });
  });

  test.each([
    ["console.error('a line before'); throw new TypeError('no URL');", 'TypeError: no URL'],
    ["throw Object.assign(new Error('no URL'), { name: 'SpentError' });", 'SpentError: no URL'],
    [
      "throw new (class Unset extends Error { name = 'Unset'; })('no URL:\\n  BILLING_URL');",
      'Unset: no URL: BILLING_URL',
    ],
    ["await Promise.reject('no URL');", 'no URL'],
    [
      "Promise.reject(new TypeError('no URL')); setInterval(() => {}, 1000); await new Promise(() => {});",
      'TypeError: no URL',
    ],
    ["process.stderr.write('\\n  for some reason\\nand more'); process.exit(3);", 'for some reason'],
    ['process.exit(3);', 'it ended without a word'],
    ['export const handler = async () => undefined;', NOT_OURS],
    ['export const handle = async () => undefined; setInterval(() => {}, 1000);', NOT_OURS],
    [telling('undefined'), NOT_OURS],
    ['process.exit(0);', NOT_OURS],
    [
      "import { writeFileSync } from 'node:fs'; writeFileSync(2, 'x'.repeat(2_000_000));",
      `spawnSync ${process.execPath} ENOBUFS`,
    ],
    ["import { writeFileSync } from 'node:fs'; writeFileSync(3, '{'); process.exit(0);", NOT_OURS],
  ])('%s has a reason not to be known', async (source, problem) => {
    expect(await reading(source)).toEqual({ problem });
  });

  test('is not waited for without an end', async () => {
    expect(await reading('for (;;) {}', {}, 500)).toEqual({ problem: 'not loaded after 0.5 s' });
  });
});
