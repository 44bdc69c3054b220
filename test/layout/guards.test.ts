import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';

test('no test or hook has a time guard of its own: jest.config.js has one, as long as this machine needs', () => {
  const files = readdirSync(join(projectDirectory, 'test'), { recursive: true, encoding: 'utf8' });
  const tests = files.filter(
    (file) => /\.(?:test|suite)\.tsx?$/.test(file) && !file.includes('node_modules'),
  );
  expect(tests.length).toBeGreaterThan(100);
  const guarded = tests.filter((file) =>
    /^ *\}, ?\d[\d_]{3,}\);$/m.test(readFileSync(join(projectDirectory, 'test', file), 'utf8')),
  );
  expect(guarded).toEqual([]);
});
