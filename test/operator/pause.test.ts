import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXPORTS_FILE, writeExports } from '../../local/exports-file.ts';
import { findConsumerSource } from '../../operator/core/consumer-source.ts';
import { readLedgerRecord } from '../../operator/core/ledger-reader.ts';
import { waitUntilDrained } from '../../operator/core/queue-depth.ts';
import type { Target } from '../../operator/core/target.ts';
import { Pace, POLL_INTERVALS } from '../../operator/core/wait.ts';
import { patienceMs } from '../support/slowness.js';
import { runCaptured } from './support/captured-context.ts';
import { runBin, temporaryDirectory } from './support/cli.ts';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

const PING = 'supaglue-webhooks.ping';
const { signal } = new AbortController();
let run: LocalRun;
let target: Target;

beforeAll(async () => {
  run = await startLocalRun();
  ({ target } = run);
});
afterAll(() => run?.stop());

/** The command in this process; `webhooks` in one of its own. */
async function inProcess(args: readonly string[], directory = run.directory, stop = signal) {
  const { stderr, ...rest } = await runCaptured(args, { directory, signal: stop });
  // Progress is told after a second, which a busy machine may well take.
  return { ...rest, stderr: stderr.replace(/^(?:pausing|resuming) the consumer of .*\n/gm, '') };
}
const webhooks = (...args: string[]) => runBin('webhooks.ts', args, { directory: run.directory });

async function untilState(state: string): Promise<void> {
  const pace = new Pace(POLL_INTERVALS.local, AbortSignal.timeout(patienceMs(10_000)));
  while ((await findConsumerSource(target, signal)).state !== state) await pace.wait(1_000);
}

test('events wait while it is paused, and are handled when it is resumed', async () => {
  const paused = await webhooks('pause', '--local');
  expect(paused.code).toBe(0);
  expect(paused.stdout).toBe(
    [
      'paused: no handler runs on the local run',
      'Webhooks are still accepted; each waits in the queue for up to 7 days.',
      'On the queue: 0 events wait, 0 in work or waiting for a retry.',
      'Go on with:',
      '  npx supaglue-webhooks resume --local',
      '',
    ].join('\n'),
  );

  const sent = await inProcess(['send', PING, '--local', '--no-follow', '--id', 'msg_paused']);
  expect(sent).toMatchObject({
    code: 0,
    // What a busy machine takes long for is told below it.
    stderr: expect.stringMatching(
      /^paused: no handler runs until\n {2}npx supaglue-webhooks resume --local\n/,
    ),
  });
  const again = await inProcess(['pause', '--local', '--json']);
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toEqual({
    target: 'the local run',
    state: 'Disabled',
    changed: false,
    waiting: 1,
    hidden: 0,
    retention_seconds: 604_800,
  });
  expect((await inProcess(['pause', '--local'])).stdout).toMatch(
    /^already paused: .*[\s\S]*: 1 event waits,/,
  );
  expect(await readLedgerRecord(target, 'msg_paused', signal)).toBeUndefined();

  const resumed = await webhooks('resume', '--local', '--json');
  expect(resumed.code).toBe(0);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ state: 'Enabled', changed: true });
  expect(await waitUntilDrained(target, patienceMs(10_000), signal)).toBe(true);
  expect(await readLedgerRecord(target, 'msg_paused', signal)).toMatchObject({ status: 'COMPLETED' });
  expect((await inProcess(['resume', '--local'])).stdout).toMatch(
    /^not paused: handlers run on the local run$/m,
  );
  expect(run.problems).toEqual([]);
});

test('a batch under way is waited for; Ctrl-C and the end of the time leave the change to Lambda', async () => {
  await inProcess(['send', PING, '--local', '--no-follow', '--delay', '3', '--id', 'msg_slow']);
  while ((await readLedgerRecord(target, 'msg_slow', signal)) === undefined) await untilState('Enabled');

  const late = await inProcess(['pause', '--local', '--timeout', '0']);
  expect(late).toMatchObject({ code: 1, stdout: '' });
  expect(late.stderr).toBe(
    'Lambda has taken the change, and goes on pausing by itself\n' +
      'error: the consumer of the local run is Enabled, not Disabled, after 0 s: repeat the command to look again\n',
  );
  await untilState('Disabling');
  const stop = new AbortController();
  const waiting = inProcess(['pause', '--local'], run.directory, stop.signal);
  await untilState('Disabling');
  stop.abort();
  expect(await waiting).toEqual({ code: 130, stdout: '', stderr: 'interrupted\n' });

  // A resume waits for the end of the pause that is under way.
  const resumed = await inProcess(['resume', '--local', '--json']);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ state: 'Enabled', changed: true });
  expect(await readLedgerRecord(target, 'msg_slow', signal)).toMatchObject({ status: 'COMPLETED' });
});

describe('what Lambda may answer', () => {
  let server: Server;
  let directory: string;
  /** Answers to come; the last one is repeated. */
  let answers: { readonly status: number; readonly body: object; readonly type?: string }[];
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method}`);
      const next = answers.length > 1 ? answers.shift() : answers[0];
      request.resume().on('end', () => {
        if (next?.type !== undefined) response.setHeader('x-amzn-errortype', next.type);
        response.writeHead(next?.status ?? 500, { 'content-type': 'application/json' });
        response.end(JSON.stringify(next?.body ?? {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    directory = await temporaryDirectory();
    await writeExports(join(directory, EXPORTS_FILE), {
      ...run.cloud.exports,
      AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${port}`,
    });
  });
  afterAll(async () => {
    server.close();
    await rm(directory, { recursive: true });
  });

  const mapping = (State: string, name = 'consumer') => ({
    UUID: `uuid-${name}`,
    State,
    FunctionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
  });
  const list = (...mappings: object[]) => ({ status: 200, body: { EventSourceMappings: mappings } });
  const pause = async (...given: typeof answers) => {
    answers = given;
    asked.length = 0;
    return inProcess(['pause', '--local', '--json'], directory);
  };

  test('a denied call is one line', async () => {
    const { code, stderr } = await pause({
      status: 403,
      type: 'AccessDeniedException',
      body: { Message: 'not authorized to perform: lambda:ListEventSourceMappings\u001b[2J' },
    });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'error: access denied: not authorized to perform: lambda:ListEventSourceMappings [2J; ask for that permission\n',
    );
  });

  test('no mapping, several, and one that is being deleted are refused', async () => {
    expect((await pause(list())).stderr).toMatch(/^error: no function takes events from the queue of/);
    expect((await pause(list(mapping('Enabled', 'one'), mapping('Enabled', 'two')))).stderr).toMatch(
      /^error: several functions take events .*: one \(uuid-one\), two \(uuid-two\); remove/,
    );
    expect((await pause(list(mapping('Deleting')))).stderr).toMatch(/^error: .* is being deleted\n$/);
    expect(asked).toEqual(['GET']);
  });

  test('an update that comes too early is asked for again, and one that was taken is not', async () => {
    const get = (state: string) => ({ status: 200, body: mapping(state) });
    const result = await pause(
      list(mapping('Updating')),
      get('Enabled'),
      { status: 400, type: 'ResourceInUseException', body: { Message: 'in use' } },
      get('Enabled'),
      { status: 202, body: mapping('Disabling') },
      // A read right after the update may still show what was.
      get('Enabled'),
      get('Disabling'),
      get('Disabled'),
    );
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ state: 'Disabled', changed: true });
    expect(asked).toEqual(['GET', 'GET', 'PUT', 'GET', 'PUT', 'GET', 'GET', 'GET']);
  });
});
