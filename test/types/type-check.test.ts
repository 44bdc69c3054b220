import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the type tests are part of the type check', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '--listFilesOnly', '--noEmit'],
    { cwd: root, maxBuffer: 16 * 1024 * 1024 },
  );
  expect(stdout.split('\n').filter((file) => file.endsWith('test/types/handlers.ts'))).toHaveLength(1);
});
