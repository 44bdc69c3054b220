import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sign } from '../../lambdas/ingest/signature.ts';
import { patienceSeconds } from '../support/slowness.js';
import { runCaptured } from './support/captured-context.ts';
import { runBin } from './support/cli.ts';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run?.stop());

const NEW = `whsec_${randomBytes(32).toString('base64')}`;
/** As a process of its own: what reads standard input. */
const piped = (args: readonly string[], input: string, environment = {}) =>
  runBin('webhooks.ts', args, { directory: run.directory, input, environment });
/** In this process: it costs no start. */
const webhooks = (...args: string[]) => runCaptured(args, { directory: run.directory });

describe('secret set and check, on a local run', () => {
  test('a rotation from end to end', async () => {
    const before = await webhooks('secret', 'check', '--local', '--json');
    expect(before.code).toBe(0);
    const [old] = JSON.parse(before.stdout).secrets;
    expect(old).toEqual({
      position: 1,
      valid: true,
      problems: [],
      weakness: null,
      key_bytes: 32,
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
    });

    const refused = await piped(['secret', 'set', '--local'], NEW);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^error: a secret is stored already: --add .*--replace.*\n$/);

    const added = await piped(['secret', 'set', '--local', '--add', '--json'], `${NEW}\n`);
    expect(added.code).toBe(0);
    const { action, secrets } = JSON.parse(added.stdout);
    expect(action).toBe('added');
    expect(secrets.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).toEqual([
      expect.any(String),
      old.fingerprint,
    ]);

    // The first one signs.
    const sent = await webhooks(
      'send',
      'supaglue-webhooks.ping',
      '--local',
      '--timeout',
      String(patienceSeconds(20)),
    );
    expect(sent.code).toBe(0);

    const removed = await webhooks('secret', 'set', '--local', '--remove', '2');
    expect(removed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^removed; stored now:\n {2}secret 1/),
    });

    for (const { stdout, stderr } of [before, refused, added, sent, removed]) {
      for (const secret of [NEW, run.cloud.secret])
        expect(stdout + stderr).not.toContain(secret.slice(6, 18));
    }
  });

  test('a weak one is told; wrong usage', async () => {
    const weak = await piped(
      ['secret', 'set', '--local', '--replace'],
      `whsec_${Buffer.alloc(24).toString('base64')}`,
    );
    expect(weak).toMatchObject({ code: 0, stdout: expect.stringContaining('weak: all bytes') });
    const checked = await webhooks('secret', 'check', '--local');
    expect(checked).toMatchObject({ code: 1, stdout: expect.stringContaining('weak: all bytes') });
    expect((await webhooks('secret', 'set', '--local', '--add', '--replace')).code).toBe(2);
    expect((await webhooks('secret', 'set', '--local', '--remove', '9')).code).toBe(2);
  });
});

describe('explain, with what is captured and secrets from each place', () => {
  const body = '{"webhook_event_type":"sync.complete"}';
  const capture = (secret: string, timestampSeconds: number, sent = body) =>
    [
      'POST /webhooks HTTP/1.1',
      'svix-id: msg_1',
      `svix-timestamp: ${timestampSeconds}`,
      `svix-signature: ${sign({ id: 'msg_1', timestampSeconds, body, secret })}`,
      '',
      sent,
    ].join('\r\n');
  const nowSeconds = Math.floor(Date.now() / 1000);

  test('a file, standard input and options, with the secret from each place', async () => {
    await writeFile(
      join(run.directory, 'request.http'),
      capture(NEW, nowSeconds, JSON.stringify(JSON.parse(body), null, 2)),
    );
    await writeFile(join(run.directory, 'secret.txt'), `\ufeff${NEW}\r\n`);
    const reserialised = await webhooks('explain', 'request.http', '--secret-file', 'secret.txt');
    expect(reserialised.code).toBe(1);
    expect(reserialised.stdout).toContain('FAILS     body-reserialised');
    expect(reserialised.stdout).toContain('401 invalid-signature');
    expect(reserialised.stdout).not.toMatch(/sync\.complete|v1,|whsec_[A-Za-z0-9]/);

    await writeFile(join(run.directory, 'stale.http'), capture(NEW, nowSeconds - 86_400));
    const now = await webhooks('explain', 'stale.http', '--secret-file', 'secret.txt');
    expect(now).toMatchObject({ code: 1, stdout: expect.stringContaining('it verified at its time') });

    const args = ['explain', '-', '--secret-env', 'WEBHOOK_SECRET', '--at', 'capture', '--json'];
    const stale = capture(NEW, nowSeconds - 86_400);
    const [then, noSecret] = await Promise.all([
      piped(args, stale, { WEBHOOK_SECRET: NEW }),
      piped(['explain', '-'], stale),
    ]);
    expect(noSecret).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: name the secret/) });
    expect(then.code).toBe(0);
    expect(JSON.parse(then.stdout)).toMatchObject({
      verifies: true,
      answer: { status: 200, code: 'accepted', reason: null },
      event_id: 'msg_1',
      secret_position: 1,
      findings: [],
    });
  });

  test('the local run’s secret; what is no capture; wrong usage', async () => {
    const headers = capture(NEW, nowSeconds)
      .split('\r\n')
      .slice(1, 4)
      .flatMap((header) => ['--header', header]);
    const local = await webhooks('explain', ...headers, '--body', body, '--local', '--json');
    expect(local.code).toBe(1);
    expect(JSON.parse(local.stdout).findings).toMatchObject([{ cause: 'wrong-secret' }]);

    await writeFile(join(run.directory, 'body.json'), '{"just":"a body"}');
    const noCapture = await webhooks('explain', 'body.json', '--local');
    expect(noCapture).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: the capture is JSON, but/),
    });
    for (const args of [
      ['-', '--local', '--secret-env', 'X'],
      ['--header', 'svix-id', '--local'],
      ['body.json', '--body', 'x', '--local'],
      ['body.json', '--local', '--at', 'yesterday'],
      [],
    ]) {
      expect(await webhooks('explain', ...args)).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
