import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { EXPORTS_FILE, writeExports } from '../../local/exports-file.ts';
import { endpointVariables, REFUSING_ENDPOINT } from '../../local/runtime/function-environment.ts';
import { patienceSeconds } from '../support/slowness.js';
import { runBin, temporaryDirectory } from './support/cli.ts';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

const PING = 'supaglue-webhooks.ping';

/** Shorter than a test may take, so that an event that does not end is told by the command. */
function followTimeout([command, ...args]: readonly string[]): string[] {
  return command === 'send' && !args.includes('--timeout') ? ['--timeout', String(patienceSeconds(20))] : [];
}

const ENDPOINTS = {
  sqs: REFUSING_ENDPOINT,
  dynamoDb: REFUSING_ENDPOINT,
  secretsManager: REFUSING_ENDPOINT,
  sns: REFUSING_ENDPOINT,
};

describe('without anything to work on', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await temporaryDirectory();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const webhooks = (args: readonly string[], environment: Record<string, string> = {}) =>
    runBin('webhooks.ts', args, { directory, environment });

  test('the help names every command, in 80 columns', async () => {
    const { code, stdout } = await webhooks(['--help']);
    expect(code).toBe(0);
    const commands = [
      'send',
      'events',
      'dlq',
      'pause',
      'resume',
      'replay',
      'secret',
      'doctor',
      'explain',
      'inspect',
    ];
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('no local run: one line, exit code 1', async () => {
    expect(await webhooks(['send', 'sync.complete', '--local'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: no local run found: start one with npm start\n',
    });
  });

  test('--stack: no region, no credentials, and a local run’s exports in the shell', async () => {
    const args = ['events', 'show', 'msg_1', '--stack', 'Prod'];
    const [noRegion, noCredentials, localExports] = await Promise.all([
      webhooks(args),
      webhooks(args, { AWS_REGION: 'eu-west-1' }),
      webhooks(args, { AWS_REGION: 'us-east-1', ...endpointVariables(ENDPOINTS) }),
    ]);
    expect(noRegion).toMatchObject({ code: 1, stdout: '' });
    expect(noRegion.stderr).toMatch(/^error: no AWS region: .*\n$/);
    expect(noCredentials).toMatchObject({ code: 1, stdout: '' });
    expect(noCredentials.stderr).toMatch(/^error: no AWS credentials: .*\n$/);
    expect(localExports).toMatchObject({ code: 1, stdout: '' });
    expect(localExports.stderr).toMatch(/^error: AWS_ACCESS_KEY_ID is a local run's .*\n$/);
  });

  test('a local run that has ended', async () => {
    const gone = 'http://127.0.0.1:9';
    await writeExports(join(directory, EXPORTS_FILE), {
      WEBHOOK_URL: gone,
      QUEUE_URL: gone,
      DEAD_LETTER_QUEUE_URL: gone,
      LEDGER_TABLE_NAME: 'ledger',
      SIGNING_SECRET_ID: 'secret',
      ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
      AWS_ACCESS_KEY_ID: 'LOCAL1',
      AWS_SECRET_ACCESS_KEY: 'of the run',
      AWS_ENDPOINT_URL_SQS: gone,
      AWS_ENDPOINT_URL_DYNAMODB: gone,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: gone,
      AWS_ENDPOINT_URL_SNS: gone,
      AWS_ENDPOINT_URL_LAMBDA: gone,
      AWS_ENDPOINT_URL_CLOUDWATCH: gone,
      RECEIVED_URL: gone,
    });
    const result = await webhooks(['send', PING, '--local']);
    await rm(join(directory, EXPORTS_FILE));
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/^error: the local run has ended \(ECONNREFUSED\): .*\n$/);
  });
});

describe('with a local run', () => {
  let run: LocalRun;
  beforeAll(async () => {
    run = await startLocalRun();
  });
  afterAll(() => run?.stop());
  afterEach(() => expect(run.problems).toEqual([]));

  const webhooks = (...args: string[]) =>
    runBin('webhooks.ts', [...args, '--local', ...followTimeout(args)], { directory: run.directory });
  const json = async (...args: string[]) => {
    const { code, stdout } = await webhooks(...args, '--json');
    return { code, value: JSON.parse(stdout) };
  };

  test.each([
    ['FIPS endpoints', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    ['dual-stack endpoints', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
    ['a proxy for everything', { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:9' }],
    ['a native driver that is not installed', { NODE_PG_FORCE_NATIVE: '1' }],
  ])('works where the environment asks for %s', async (_, environment) => {
    const sent = await runBin('webhooks.ts', ['send', PING, '--local'], {
      directory: run.directory,
      environment,
    });
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('COMPLETED') });
    const query = await runBin('webhooks.ts', ['database', 'tables', '--local'], {
      directory: run.directory,
      environment,
    });
    expect(query).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: the local run has no database/),
    });
  });

  test('send shows the answer, the queue, the handler and COMPLETED', async () => {
    const { code, stdout } = await webhooks('send', 'sync.complete', '--id', 'msg_shown');
    expect(stdout).toMatch(/^sync\.complete {2}msg_shown {2}304 bytes, to the local run$/m);
    expect(stdout).toMatch(/m?s {2}200 accepted\n.* queued\n/);
    expect(stdout).toMatch(
      /handler alert-on-sync-error completed\n.* COMPLETED \S+ m?s after it was received\n$/,
    );
    expect(code).toBe(0);

    const shown = await webhooks('events', 'show', 'msg_shown');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^msg_shown {2}sync\.complete {2}COMPLETED$/m);
    expect(shown.stdout).toContain('handler alert-on-sync-error completed');
    // The query is for CloudWatch, which a local run does not have.
    expect(shown.stdout).not.toContain('Logs Insights');
  });

  test('send --json tells the same to a machine, and events show --json gives the record', async () => {
    const { code, value } = await json(
      'send',
      'sync.complete',
      '--set',
      'customer_id=acme',
      '--id',
      'msg_json',
    );
    expect(code).toBe(0);
    expect(value).toMatchObject({
      event_id: 'msg_json',
      event_type: 'sync.complete',
      tampered: null,
      answer: { status: 200, code: 'accepted' },
      end: 'COMPLETED',
      duplicate_recognised: null,
      record: { status: 'COMPLETED', customer_id: 'acme', attempts_total: 1 },
    });
    expect(value.record.body_sha256).toBe(value.body_sha256);
    expect(value.steps.map(({ step }: { step: string }) => step)).toEqual(
      expect.arrayContaining(['answered', 'queued', 'handler-completed', 'completed']),
    );
    expect((await json('events', 'show', 'msg_json')).value).toEqual(value.record);
  });

  test('an unknown id is one line with a hint', async () => {
    const { code, stdout, stderr } = await webhooks('events', 'show', 'msg_never_sent');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^error: the ledger of the local run has no msg_never_sent: a typing error.*expired\n$/,
    );
  });

  test('every way of tampering is refused with 401, and nothing is recorded', async () => {
    const results = await Promise.all(
      ['body', 'signature', 'timestamp'].map((part) => json('send', 'sync.paused', '--tamper', part)),
    );
    for (const { code, value } of results) {
      expect(value).toMatchObject({
        answer: { status: 401, code: 'invalid-signature' },
        end: 'REFUSED',
        record: null,
      });
      expect(code).toBe(0);
    }
    expect(results.map(({ value }) => value.tampered)).toEqual(['body', 'signature', 'timestamp']);
  });

  test('a request that is refused without having been tampered with ends with 1', async () => {
    const { code, stdout } = await webhooks('send', PING, '--id', 'with.dot');
    expect(stdout).toContain('400 invalid-headers');
    expect(code).toBe(1);
  });

  test('a duplicate is recognised', async () => {
    const { code, value } = await json('send', PING, '--duplicate', '--id', 'msg_twice');
    expect(value).toMatchObject({
      end: 'COMPLETED',
      duplicate_recognised: true,
      record: { attempts_total: 1 },
    });
    expect(code).toBe(0);
    // A third time, by hand.
    const again = await json('send', PING, '--id', 'msg_twice');
    expect(again).toMatchObject({ code: 0, value: { end: 'DUPLICATE' } });
    // The same id with another body is no duplicate.
    const other = await json('send', PING, '--id', 'msg_twice', '--set', 'note=1');
    expect(other).toMatchObject({ code: 1, value: { end: 'PAYLOAD_MISMATCH' } });
  });

  test('failures are followed to the end, with what comes next', async () => {
    const [retried, dead, early] = await Promise.all([
      webhooks('send', PING, '--fail-times', '1', '--delay', '0.3'),
      webhooks('send', PING, '--fail-permanently', '--id', 'msg_dead'),
      json('send', PING, '--fail-times', '3', '--timeout', '0'),
    ]);
    // As one line each, however they are broken.
    const lines = ({ stdout }: { readonly stdout: string }) => stdout.replaceAll(/\n {11}/g, ' ');
    expect(lines(retried)).toMatch(
      /attempt 1 failed in ping: PingError: .*\(code ping, retryable\)\n.* FAILED, next attempt in .*\n[\s\S]* COMPLETED /,
    );
    expect(retried.code).toBe(0);
    expect(lines(dead)).toMatch(
      /NonRetryableError: .*permanent\)\n.* DEAD-LETTERED \(permanent\) the reason, /,
    );
    expect(dead.stdout).toContain('events show msg_dead --local');
    expect(dead.code).toBe(1);
    expect(['PENDING', 'RETRYING']).toContain(early.value.end);
    expect(early.code).toBe(1);

    const shown = await webhooks('events', 'show', 'msg_dead');
    expect(shown.stdout).toContain('on the dead-letter queue (permanent)');
    expect(shown.stdout).toContain('attempt 1 failed in ping: NonRetryableError');
    for (const line of shown.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('--file sends exact bytes, of any type', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{ "webhook_event_type": "made.up", "n": "é'),
      Buffer.from([0xff]),
      Buffer.from('" }\r\n'),
    ]);
    await writeFile(join(run.directory, 'captured.json'), bytes);
    const { code, value } = await json('send', '--file', 'captured.json');
    expect(value).toMatchObject({ event_type: 'made.up', bytes: bytes.length, end: 'COMPLETED' });
    expect(value.record.body_sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(code).toBe(0);
    const missing = await webhooks('send', '--file', 'none.json');
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toMatch(/^error: cannot read .*none\.json \(ENOENT\).*\n$/);
  });

  test('a type of the user’s own is sent with the fields that are set, and no other type is known', async () => {
    const handlers = JSON.parse(run.cloud.exports['WEBHOOK_HANDLERS'] ?? '');
    const own = { ...handlers, byType: { ...handlers.byType, 'acme.invoice': ['bill'] } };
    const directory = await temporaryDirectory();
    await writeExports(join(directory, EXPORTS_FILE), {
      ...run.cloud.exports,
      WEBHOOK_HANDLERS: JSON.stringify(own),
    });
    const send = (type: string) =>
      runBin('webhooks.ts', ['send', type, '--local', '--set', 'amount=12', '--json'], { directory });
    const sent = await send('acme.invoice');
    expect(JSON.parse(sent.stdout)).toMatchObject({
      event_type: 'acme.invoice',
      body_sha256: createHash('sha256')
        .update('{"webhook_event_type":"acme.invoice","amount":12}')
        .digest('hex'),
      end: 'COMPLETED',
    });
    for (const type of ['sync.completed', 'toString']) {
      expect(await send(type)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(
          new RegExp(
            `^error: no event type ${type}; the types are:\n {2}sync.complete\n[^]* {2}acme.invoice\n$`,
          ),
        ),
      });
    }
    await rm(directory, { recursive: true });
  });

  test('--count sends so many, each once; NDJSON for machines', async () => {
    const { code, stdout } = await webhooks('send', PING, '--count', '40', '--rate', '100', '--json');
    const reports = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(reports).toHaveLength(40);
    expect(new Set(reports.map(({ event_id: id }) => id)).size).toBe(40);
    expect(new Set(reports.map(({ end }) => end))).toEqual(new Set(['COMPLETED']));
    expect(code).toBe(0);

    const counted = await webhooks('send', PING, '--count', '3', '--no-follow');
    expect(counted.stdout).toMatch(/^3 × supaglue-webhooks\.ping in .*: 3 ACCEPTED$/m);
    expect(counted.code).toBe(0);
  });

  test('Ctrl-C ends it with 130 and says how far it came', async () => {
    const one = await runBin('webhooks.ts', ['send', PING, '--local', '--delay', '10'], {
      directory: run.directory,
      onOutput: (text, interrupt) => {
        if (text.includes('queued')) interrupt();
      },
    });
    expect(one.code).toBe(130);
    expect(one.stderr).toMatch(/interrupted\n$/);
    const many = await runBin('webhooks.ts', ['send', PING, '--local', '--count', '20', '--rate', '2'], {
      directory: run.directory,
      onOutput: (_, interrupt) => interrupt(),
    });
    expect(many.code).toBe(130);
    expect(many.stderr).toMatch(/stopped: sent \d+ of 20; ended \d+ COMPLETED\ninterrupted\n$/);
  });
});
