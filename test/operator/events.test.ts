import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { samples } from '../../lambdas/events/samples.ts';
import { readLedgerRecord } from '../../operator/core/ledger-reader.ts';
import { waitUntilDrained } from '../../operator/core/queue-depth.ts';
import type { Target } from '../../operator/core/target.ts';
import type { ReceivedRequest } from '../../operator/events/list-requests.ts';
import { runProgram } from '../../operator/program.ts';
import { deliverSigned, signedHeaders } from '../support/signed-request.ts';
import { patienceMs } from '../support/slowness.js';
import { never } from './dead-letters/rig.ts';
import { capturedContext, runCaptured } from './support/captured-context.ts';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

const PING = 'supaglue-webhooks.ping';
const syncOf = (customer: string) => JSON.stringify({ ...samples['sync.complete'], customer_id: customer });

let run: LocalRun;
let target: Target;
beforeAll(async () => {
  run = await startLocalRun();
  ({ target } = run);
});
afterAll(() => run?.stop());
afterEach(() => expect(run.problems).toEqual([]));

const webhooks = (...args: string[]) => runCaptured([...args, '--local'], { directory: run.directory });
async function list(...args: string[]): Promise<ReceivedRequest[]> {
  const { code, stdout } = await webhooks('events', 'list', '--json', ...args);
  expect(code).toBe(0);
  return stdout === ''
    ? []
    : stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
}
const deliver = async (id: string, body = syncOf('acme'), settled = true) => {
  await deliverSigned(run.cloud.webhookUrl, { id, body, secret: run.cloud.secret });
  if (settled) expect(await waitUntilDrained(target, patienceMs(30_000), never)).toBe(true);
};
const ping = (fields: object) => JSON.stringify({ ...samples[PING], ...fields });
const refuse = (headers: Record<string, string>, body = '{}') =>
  fetch(run.cloud.webhookUrl, { method: 'POST', headers, body });

describe('events list', () => {
  test('finds events without their ids, each with its state, newest first, and pages through them', async () => {
    await deliver('msg_done');
    await deliver('msg_dead', ping({ fail_permanently: true }));
    await deliver('msg_retrying', ping({ fail_times: 2 }), false);
    const found = await list();
    expect(found.map(({ event_id }) => event_id).filter((id) => id !== undefined)).toEqual([
      'msg_retrying',
      'msg_dead',
      'msg_done',
    ]);
    expect(found.find(({ event_id }) => event_id === 'msg_done')).toEqual({
      at_ms: expect.any(Number),
      event_id: 'msg_done',
      event_type: 'sync.complete',
      customer: 'acme',
      status: 'completed',
      http_status: 200,
    });
    expect(await list('--customer', 'acme')).toMatchObject([{ event_id: 'msg_done' }]);
    expect(await list('--type', PING, '--status', 'dead')).toMatchObject([{ event_id: 'msg_dead' }]);
    const { stdout, stderr } = await webhooks('events', 'list', '--limit', '1');
    expect(stdout).toMatch(/received \(UTC\) +status +event +what\n.* msg_retrying +supaglue-webhooks/);
    const before = /older ones: (--before) (\S+)/.exec(stderr)?.slice(1) ?? [];
    expect(await list('--limit', '1', ...before)).toMatchObject([{ event_id: 'msg_dead' }]);
    await waitUntilDrained(target, patienceMs(30_000), never);
    expect(await list('--status', 'completed')).toMatchObject([
      { event_id: 'msg_retrying' },
      { event_id: 'msg_done' },
    ]);
  });

  test('refused requests have their reason, and one step leads to the cause', async () => {
    const body = syncOf('acme');
    const signed = signedHeaders({ id: 'msg_respaced', body, secret: run.cloud.secret });
    const { 'svix-signature': _, ...unsigned } = signed;
    await refuse(unsigned, body);
    await refuse({ ...signed, 'svix-timestamp': '1' }, body);
    const { status } = await refuse(signed, JSON.stringify(JSON.parse(body), null, 2));
    expect(status).toBe(401);
    const refused = await list('--status', 'refused');
    expect(refused.map(({ http_status, reason }) => `${http_status} ${reason}`)).toEqual([
      '401 signature-mismatch',
      '401 timestamp-too-old',
      '400 missing-svix-signature',
    ]);
    const { stderr, stdout } = await webhooks('events', 'list', '--status', 'refused');
    expect(stdout).not.toContain(signed['svix-signature']);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'signature-mismatch: the signature was made with another secret',
    );
    const [command, ...words] = /webhooks (explain --request \S+)/.exec(stderr)?.[1]?.split(' ') ?? [];
    expect(words).toEqual(['--request', refused[0]?.request_id]);
    const explained = await webhooks(String(command), ...words);
    expect(explained).toMatchObject({ code: 1, stdout: expect.stringContaining('body-reserialised') });
    expect(await webhooks('explain', '--request', 'gone')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: the local run no longer keeps that request/),
    });
  });

  test('--follow tells a new request, and each state once', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const captured = capturedContext({ directory: run.directory, signal: stop.signal });
    const { terminal } = captured.context;
    const ended = new Promise<void>((resolve) => {
      Object.assign(terminal, {
        print(line: string) {
          const { event_id: id, status } = JSON.parse(line);
          if (id !== 'msg_followed') return;
          seen.push(status);
          if (status === 'completed') resolve();
        },
      });
    });
    const code = runProgram(
      ['events', 'list', '--follow', '--type', PING, '--json', '--local'],
      captured.context,
    );
    await deliver('msg_followed', ping({ fail_times: 1 }));
    await ended;
    stop.abort();
    expect(await code).toBe(130);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('events resend', () => {
  const record = (id: string) => readLedgerRecord(target, id, never);

  test('of a completed event: the plan first, then a handler runs again', async () => {
    await deliver('msg_again');
    const before = await record('msg_again');
    const plain = await webhooks('events', 'resend', 'msg_again', '--confirm');
    expect(plain).toMatchObject({ code: 1, stdout: expect.stringContaining('COMPLETED in the ledger') });
    expect(plain.stderr).toContain('events resend msg_again --rerun all');
    const planned = await webhooks('events', 'resend', 'msg_again', '--rerun', 'all');
    expect(planned).toMatchObject({ code: 1, stdout: expect.stringContaining('alert-on-sync-error runs') });
    expect(planned.stderr).toContain('Nothing was sent. Repeat with --confirm:');
    expect(await record('msg_again')).toEqual(before);

    const sent = await webhooks('events', 'resend', 'msg_again', '--rerun', 'all', '--confirm');
    expect(sent).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('sent: alert-on-sync-error runs'),
    });
    await waitUntilDrained(target, patienceMs(30_000), never);
    expect(await record('msg_again')).toMatchObject({
      status: 'COMPLETED',
      attempts_total: 2,
      received_at_ms: before?.received_at_ms,
    });
    expect(await webhooks('events', 'resend', 'msg_again', '--rerun', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no handler is registered as "nobody"'),
    });
  });

  test('of a dead one its letter moves; without one the kept payload, and the ledger takes it as put back', async () => {
    await deliver('msg_letter', ping({ fail_permanently: true }));
    expect(await webhooks('events', 'resend', 'msg_letter', '--confirm')).toMatchObject({ code: 0 });
    await waitUntilDrained(target, patienceMs(30_000), never);
    expect(await record('msg_letter')).toMatchObject({ status: 'FAILED', attempts_total: 2 });
    expect(await webhooks('dlq', 'delete', 'msg_letter')).toMatchObject({ code: 0 });
    expect(await webhooks('events', 'resend', 'msg_letter', '--confirm')).toMatchObject({ code: 0 });
    await waitUntilDrained(target, patienceMs(30_000), never);
    expect(await record('msg_letter')).toMatchObject({ status: 'FAILED', attempts_total: 3 });
  });

  test('--file has to be the recorded body', async () => {
    const file = join(run.directory, 'body.json');
    await writeFile(file, `${syncOf('acme')} `);
    await deliver('msg_file');
    const args = ['events', 'resend', 'msg_file', '--rerun', 'all', '--confirm', '--json', '--file', file];
    expect(await webhooks(...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('that is not the body of msg_file'),
    });
    await writeFile(file, syncOf('acme'));
    const { code, stdout } = await webhooks(...args);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      outcome: 'moved',
      will_run: ['alert-on-sync-error'],
    });
  });

  test('of what is on the queue, or unknown, says so', async () => {
    await deliver('msg_waits', ping({ fail_times: 2 }), false);
    for (;;) if ((await record('msg_waits'))?.status === 'FAILED') break;
    expect((await webhooks('events', 'resend', 'msg_waits')).stderr).toContain('runs by itself');
    expect((await webhooks('events', 'resend', 'msg_none')).stderr).toContain('has no msg_none');
  });
});
