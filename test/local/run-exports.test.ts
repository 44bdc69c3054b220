import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EXPORTS_FILE, readExports, writeExports } from '../../local/exports-file.ts';
import { findExports, RunExports } from '../../local/run-exports.ts';

const exportsOf = (name: string) => ({
  WEBHOOK_URL: `http://127.0.0.1:${name}/webhooks`,
  AWS_ACCESS_KEY_ID: name,
});
const FIRST = exportsOf('1');
const SECOND = exportsOf('2');

let directory: string;
let first: RunExports;
let second: RunExports;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'run-exports-'));
  // Two processes that live for as long as this test does.
  first = new RunExports(directory, process.pid);
  second = new RunExports(directory, process.ppid);
});
afterEach(() => rm(directory, { recursive: true }));

const shared = () => readExports(join(directory, EXPORTS_FILE));

test('one run: --local finds it, and nothing of it stays', async () => {
  await first.write(FIRST);
  await expect(findExports(directory, {})).resolves.toEqual(FIRST);
  await expect(shared()).resolves.toEqual(FIRST);
  await first.remove();
  await expect(findExports(directory, {})).rejects.toThrow('no local run found: start one with npm start');
  await expect(readdir(join(directory, '.local'))).resolves.toEqual([]);
});

test('a second run leaves the first one its shells, and takes them over when that ends', async () => {
  await first.write(FIRST);
  await second.write(SECOND);
  await expect(shared()).resolves.toEqual(FIRST);
  await first.remove();
  await expect(shared()).resolves.toEqual(SECOND);
  await expect(findExports(directory, {})).resolves.toEqual(SECOND);
});

test('a second run that ends takes nothing from the first', async () => {
  await first.write(FIRST);
  await second.write(SECOND);
  await second.remove();
  await expect(shared()).resolves.toEqual(FIRST);
  await expect(findExports(directory, {})).resolves.toEqual(FIRST);
});

test('with two runs up, the one in the shell is meant; without one both are listed', async () => {
  await first.write(FIRST);
  await second.write(SECOND);
  await expect(findExports(directory, SECOND)).resolves.toEqual(SECOND);
  await expect(findExports(directory, {})).rejects.toThrow(
    /^2 local runs are up: name one first, by \. \.local\/run-\d+\.env \(http:\/\/127\.0\.0\.1:\d\/webhooks\) or \./,
  );
});

test('a run that was killed is none, and the next one takes its place', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  await new RunExports(directory, pid).write(FIRST);
  await second.write(SECOND);
  await expect(findExports(directory, {})).resolves.toEqual(SECOND);
  await expect(shared()).resolves.toEqual(SECOND);
  await expect(readdir(join(directory, '.local'))).resolves.toEqual(['env', `run-${process.ppid}.env`]);
});

test('a run of another kind, which wrote .local/env alone, is found', async () => {
  await writeExports(join(directory, EXPORTS_FILE), FIRST);
  await expect(findExports(directory, {})).resolves.toEqual(FIRST);
});

test('a run whose process ends between two looks is none', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  await new RunExports(directory, child.pid).write(FIRST);
  await expect(findExports(directory, {})).resolves.toEqual(FIRST);
  child.kill('SIGKILL');
  await once(child, 'close');
  await first.write(SECOND);
  await expect(findExports(directory, {})).resolves.toEqual(SECOND);
});
