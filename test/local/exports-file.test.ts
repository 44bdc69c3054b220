import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readExports, writeExports } from '../../local/exports-file.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'exports-'));
  path = join(directory, '.local', 'env');
});
afterEach(() => rm(directory, { recursive: true }));

const VARIABLES = { WEBHOOK_URL: 'http://127.0.0.1:1/webhooks', ODD: `it's "$HOME" \`x\` \\ ü` };

test('what is written is read back, by us and by a shell', async () => {
  await writeExports(path, VARIABLES);
  await expect(readExports(path)).resolves.toEqual(VARIABLES);
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-c', '. "$1"; printf "%s|%s%s" "$ODD" "$AWS_PROFILE" "$AWS_SESSION_TOKEN"', 'sh', path],
    {
      env: { AWS_PROFILE: 'production', AWS_SESSION_TOKEN: 'token', PATH: process.env['PATH'] },
    },
  );
  expect(stdout).toBe(`${VARIABLES.ODD}|`);
});

test('only the user may read it, and nothing else is left behind', async () => {
  await writeExports(path, VARIABLES);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(readdir(join(directory, '.local'))).resolves.toEqual(['env']);
});

test.each([
  ['a line break in a value', { NAME: 'a\nb' }],
  ['a name that is no name', { 'A-B': 'x' }],
])('%s is refused', async (_name, variables) => {
  await expect(writeExports(path, variables)).rejects.toThrow('cannot be exported');
});

test('without a file there is no local run', async () => {
  await expect(readExports(path)).rejects.toThrow('no local run found: start one with npm start');
});
