import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { makeFixtureProject } from '../support/fixture-project.ts';
import { temporaryDirectory } from './support/cli.ts';
import { exportedLetter, exportOf } from './support/exported-letters.ts';

/** The documented commands in a shell, where they are part of a pipe: nothing may stand in it but their output. */
let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await makeFixtureProject(directory);
  // As npm links it into a project.
  const bin = join(directory, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await writeFile(
    join(bin, 'supaglue-webhooks'),
    `#!/bin/sh\nexec node "${join(projectDirectory, 'bin/supaglue-webhooks.mjs')}" "$@"\n`,
  );
  await chmod(join(bin, 'supaglue-webhooks'), 0o755);
  await writeFile(join(directory, 'package.json'), '{"name":"project","private":true}');
  await writeFile(join(directory, 'dead.ndjson'), exportOf(exportedLetter('msg_one')));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const shell = (line: string) =>
  promisify(execFile)('sh', ['-c', line], { cwd: directory, env: { ...process.env, HOME: directory } });

describe('npx supaglue-webhooks', () => {
  test('replays from a pipe, and its JSON goes into a file as it is', async () => {
    await shell('cat dead.ndjson | npx supaglue-webhooks replay - --json > replayed.json');
    const { events } = JSON.parse(await readFile(join(directory, 'replayed.json'), 'utf8'));
    expect(events).toEqual([expect.objectContaining({ event_id: 'msg_one', end: 'COMPLETED' })]);
  });

  test('prints JSON that a program reads', async () => {
    const read = 'node -e "JSON.parse(require(\'fs\').readFileSync(0))"';
    await shell(`npx supaglue-webhooks init made --json | ${read}`);
  });

  test('keeps remarks and errors out of the pipe, and its exit code', async () => {
    const { stdout } = await shell('npx supaglue-webhooks dlq list --local > nothing.txt || echo "code $?"');
    expect(stdout).toBe('code 1\n');
    expect(await readFile(join(directory, 'nothing.txt'), 'utf8')).toBe('');
  });
});
