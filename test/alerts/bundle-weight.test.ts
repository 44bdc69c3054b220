import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What a user's file of handlers brings along, without the consumer around it. */
const contents = `
  export * from './lambdas/alerts/add-alerts.ts';
  export * from './lambdas/database/use-cases/add-database-use-cases.ts';
  export * from './lambdas/router/index.ts';`;

test('the handlers load without SNS, samples, or the languages of zod', async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root },
    outdir: 'not-written',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    loader: { '.sql': 'text' },
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const entry = [...outputs].find(([, output]) => output.entryPoint === '<stdin>')?.[0] ?? '';

  // A Set takes what is added while it is walked.
  const loaded = new Set([entry]);
  for (const path of loaded) {
    for (const imported of outputs.get(path)?.imports ?? []) {
      if (imported.kind === 'import-statement' && outputs.has(imported.path)) {
        loaded.add(imported.path);
      }
    }
  }
  const chunks = [...loaded].flatMap((path) => outputs.get(path) ?? []);
  const inputs = chunks
    .flatMap((chunk) => Object.entries(chunk.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);

  expect(inputs).toContain('lambdas/alerts/on-sync-error.ts');
  // A copy of the project may have its packages elsewhere.
  expect(inputs.filter((path) => path.includes('/locales/'))).toEqual([
    expect.stringMatching(/node_modules\/zod\/v4\/locales\/en\.js$/),
  ]);
  expect(inputs.filter((path) => /@aws-sdk|@smithy|samples\.ts|alerts\/delivery/.test(path))).toEqual([]);
  expect(chunks.reduce((bytes, chunk) => bytes + chunk.bytes, 0)).toBeLessThan(40 * 1024);
});
