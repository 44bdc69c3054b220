import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundle } from '../../lib/bundle.ts';
import { projectDirectory } from '../../lib/project-paths.ts';
import { patienceMs } from '../support/slowness.js';

const ENTRY = `import ${JSON.stringify(join(projectDirectory, 'lambdas/runtime/source-lines.ts'))};
class QuotaError extends Error {
  override readonly name = 'QuotaError';
}
export const handler = async () => {
  throw new QuotaError('spent');
};
export const lines = \`${'\n'.repeat(12)}\`;
export const nameless = [() => {
  throw new Error(lines.trim() + 'told');
}];
function fail(depth: number) {
  throw new Error('at ' + depth);
}
export const calling = () => {
  fail(7);
};
export const later = async () => (await import('./later.ts')).fail();
`;
const LATER = `export function fail() {
  throw new TypeError('late');
}
`;

describe('stacks of a bundle', () => {
  let directory: string;
  let asset: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'source-lines-'));
    await writeFile(join(directory, 'entry.ts'), ENTRY);
    await writeFile(join(directory, 'later.ts'), LATER);
    const outDirectory = join(directory, 'out');
    await bundle({ outDirectory, entries: { failing: join(directory, 'entry.ts') } });
    asset = join(outDirectory, 'failing');
  });
  afterAll(() => rm(directory, { recursive: true }));

  /** Without any option of Node's, as the functions run. */
  async function run(script: string, before = ''): Promise<string> {
    const entry = JSON.stringify(join(asset, 'index.mjs'));
    const prelude = `import fs from 'node:fs'; ${before}; const bundled = await import(${entry});`;
    const args = ['--input-type=module', '--eval', `${prelude}\n${script}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: patienceMs(20_000) });
    return stdout;
  }

  test('show files and lines of the source, and the error’s own name', async () => {
    const stack = await run('await bundled.handler().catch((error) => console.log(error.stack));');
    expect(stack).toMatch(/^QuotaError: spent\n {4}at .*handler \(\/.*\/entry\.ts:6:9\)\n/);
  });

  test('do so for a function without a name, on a later line of the bundle', async () => {
    const stack = await run(`try { bundled.nameless[0](); } catch (error) { console.log(error.stack); }`);
    expect(stack).toMatch(/^Error: told\n {4}at .*\/entry\.ts:22:9\)?\n/);
  });

  test('tell the column of a call whose name is one letter in the bundle', async () => {
    const stack = await run(`try { bundled.calling(); } catch (error) { console.log(error.stack); }`);
    expect(stack).toMatch(/^Error: at 7\n.*entry\.ts:25:9\)?\n.*entry\.ts:28:3\)?\n/);
  });

  test('leave other stacks to who formatted them before', async () => {
    const output = await run(
      `console.log(new Error('elsewhere').stack);
       console.log((await bundled.handler().catch((error) => error)).stack.split('\\n')[0]);`,
      `Error.prepareStackTrace = (error) => \`formatted: \${error.message}\`;`,
    );
    expect(output).toBe('formatted: elsewhere\nQuotaError: spent\n');
  });

  test('show other stacks as Node does where nobody formatted them before', async () => {
    const output = await run(
      `console.log(new Error('elsewhere').stack);`,
      'Error.prepareStackTrace = undefined;',
    );
    expect(output).toMatch(/^Error: elsewhere\n {4}at /);
  });

  test('do so for code that is loaded later', async () => {
    const stack = await run('await bundled.later().catch((error) => console.log(error.stack));');
    expect(stack).toMatch(
      /^TypeError: late\n {4}at (?:Module\.)?fail \(\/.*\/later\.ts:2:\d+\)\n.*entry\.ts:30:\d+/,
    );
  });

  test('read the maps at the first stack that is shown, once, and not before', async () => {
    const output = await run(`
      const read = fs.readFileSync; let maps = 0;
      fs.readFileSync = (path, ...rest) => { maps += String(path).endsWith('.map') ? 1 : 0; return read(path, ...rest); };
      (await import('node:module')).syncBuiltinESMExports();
      const errors = [await bundled.handler().catch((error) => error), await bundled.handler().catch((error) => error)];
      console.log(maps); errors[0].stack; console.log(maps > 0); const first = maps; errors[1].stack;
      console.log(maps === first);`);
    expect(output).toBe('0\ntrue\ntrue\n');
  });

  test('survive an error that cannot be described', async () => {
    const output = await run(
      `const hostile = new Error('x'); hostile.toString = () => { throw 1; };
       const error = await bundled.handler().catch((thrown) => thrown);
       error.toString = hostile.toString; console.log(error.stack.split('\\n')[0]);`,
    );
    expect(output).toBe('Error\n');
  });

  test('are shown as they are when the map is missing or broken', async () => {
    const map = join(asset, 'index.mjs.map');
    await writeFile(map, '{');
    const show = 'await bundled.handler().catch((error) => console.log(error.stack));';
    expect(await run(show)).toMatch(/QuotaError: spent\n {4}at .*index\.mjs:\d+:\d+/);
    await rm(map);
    expect(await run(show)).toMatch(/QuotaError: spent\n {4}at .*index\.mjs:\d+:\d+/);
  });
});
