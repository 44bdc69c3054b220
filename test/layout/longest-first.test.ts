import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import LongestFirst, { LONG_SECONDS } from '../longest-first.js';

test('the files that start first are there', () => {
  const gone = Object.keys(LONG_SECONDS).filter((file) => !existsSync(join(projectDirectory, file)));
  expect(gone).toEqual([]);
});

test('the longest starts first, what is not listed last', () => {
  const listed = Object.keys(LONG_SECONDS).map((file) => join(projectDirectory, file));
  const other = join(projectDirectory, 'test/layout/imports.test.ts');
  const context = {
    config: { id: 'x', cacheDirectory: '/nowhere', haste: {} },
    hasteFS: { getSize: () => 1 },
  };
  const tests = [other, ...listed.toReversed()].map((path) => ({ path, context }));
  const sequencer = new LongestFirst({ contexts: [], globalConfig: {} });
  expect(sequencer.sort(tests).map(({ path }) => path)).toEqual([...listed, other]);
});
