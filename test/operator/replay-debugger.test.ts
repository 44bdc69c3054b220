import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { samples } from '../../lambdas/events/samples.ts';
import { runProgram } from '../../operator/program.ts';
import { makeFixtureProject } from '../support/fixture-project.ts';
import { capturedContext } from './support/captured-context.ts';
import { runBin, temporaryDirectory } from './support/cli.ts';
import { exportedLetter, exportOf } from './support/exported-letters.ts';

const HANDLER = 'lambdas/alerts/on-sync-error.ts';
const client = fileURLToPath(new URL('./support/debugger-client.mjs', import.meta.url));

let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await makeFixtureProject(directory);
  const failed = { ...samples['sync.complete'], result: 'ERROR', error_message: 'no access' };
  await writeFile(
    join(directory, 'dead.ndjson'),
    exportOf(exportedLetter('msg_one', failed), exportedLetter('msg_two', failed)),
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What the debugger saw, once the process that it attached to has ended. */
async function debug(url: string): Promise<readonly object[]> {
  const child = spawn(process.execPath, [
    '--experimental-websocket',
    '--no-warnings',
    client,
    url,
    HANDLER,
    "context.event.result === 'ERROR'",
    "context.eventId + ' ' + context.event.error_message",
  ]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('--inspect-brk: a debugger stops in the handler’s own line, event by event', async () => {
  let remarks = '';
  let seen: Promise<readonly object[]> | undefined;
  const { code, stdout } = await runBin(
    'webhooks.ts',
    ['replay', 'dead.ndjson', '--inspect-brk', '0', '--json'],
    {
      directory,
      onRemark(text) {
        remarks += text;
        const [url] = /ws:\/\/127\.0\.0\.1:\d+\/\S+(?=\n)/.exec(remarks) ?? [];
        if (url !== undefined) seen ??= debug(url);
      },
    },
  );
  const source = fileURLToPath(new URL(`../../${HANDLER}`, import.meta.url));
  const reports = await seen;
  expect(reports?.[0]).toEqual({ paused: 'Break on start' });
  const stopped = { source, line: expect.any(Number) };
  expect(reports?.filter((report) => 'stopped' in report)).toEqual([
    { stopped, value: 'msg_one no access' },
    { stopped, value: 'msg_two no access' },
  ]);
  expect(remarks).toContain('Debugger attached.');
  expect(remarks).toContain('chrome://inspect');
  expect(JSON.parse(stdout)).toMatchObject({
    passed: true,
    events: [
      { event_id: 'msg_one', end: 'COMPLETED', attempts: 1 },
      { event_id: 'msg_two', end: 'COMPLETED', attempts: 1 },
    ],
  });
  expect(code).toBe(0);
  expect(await readdir(join(directory, '.local'))).toEqual([]);
});

test('a port that is taken is said before anything is built', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as AddressInfo;
  const { context, stderr } = capturedContext({ directory });
  expect(await runProgram(['replay', 'dead.ndjson', '--inspect-brk', String(port)], context)).toBe(1);
  expect(stderr()).toBe(
    `error: port ${port} is taken: name another one with --inspect-brk PORT, or 0 for any free one\n`,
  );
  blocker.close();
});
