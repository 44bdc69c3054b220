import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('./memory-program.ts', import.meta.url));
const ROUNDS = 4;
const REQUESTS_PER_ROUND = 150;
/** 2 KB a request: less than one kept request weighs, far more than a collected heap differs by. */
const MAX_GROWTH_BYTES_PER_1_000 = 2_000_000;

test('thousands of hostile requests leave no memory, no socket and no handle behind, and end no process', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    PROGRAM,
    String(ROUNDS),
    String(REQUESTS_PER_ROUND),
  ]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const end = lines.pop();
  expect(stderr).toBe('');
  expect(end).toEqual({ ended: true });
  expect(lines.map(({ served }) => served)).toEqual(Array(ROUNDS).fill(true));
  // The first round fills caches and compiles.
  const growth = lines.at(-1).bytes - lines[0].bytes;
  expect((growth / ((ROUNDS - 1) * REQUESTS_PER_ROUND)) * 1_000).toBeLessThan(MAX_GROWTH_BYTES_PER_1_000);
});
