import { createServer, type Server } from 'node:http';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_CREDENTIALS } from '../../local/identity.ts';
import { localClients } from '../../operator/core/clients.ts';
import { closeTarget, type Target } from '../../operator/core/target.ts';
import { examine } from '../../operator/doctor/examine.ts';
import type { CheckResult } from '../../operator/doctor/finding.ts';
import { runProgram } from '../../operator/program.ts';
import { patienceMs } from '../support/slowness.js';
import { capturedContext, runCaptured } from './support/captured-context.ts';
import { runBin } from './support/cli.ts';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

let run: LocalRun;
let target: Target;
beforeAll(async () => {
  run = await startLocalRun();
  ({ target } = run);
});
afterAll(() => run?.stop());

const statuses = (results: readonly Pick<CheckResult, 'check' | 'status'>[]) =>
  Object.fromEntries(results.map(({ check, status }) => [check, status]));

const webhooks = (...args: string[]) => runCaptured([...args, '--local'], { directory: run.directory });

describe('doctor, on a local run', () => {
  test('all is well, and the ping goes through', async () => {
    const { code, stdout, stderr } = await runBin('webhooks.ts', ['doctor', '--local'], {
      directory: run.directory,
    });
    expect(stderr).not.toContain('error');
    expect(stdout).toMatch(/^ok {4}secret: 1, valid, looks random$/m);
    expect(stdout).toMatch(/^ok {4}clock: in step with AWS$/m);
    expect(stdout).toMatch(/^ok {4}consumer: takes events/m);
    expect(stdout).toMatch(/^ok {4}retention: queue 7 days, dead letters 14 days$/m);
    expect(stdout).toMatch(/^note {2}ledger expiry: not checked/m);
    expect(stdout).toMatch(/^ok {4}ping: accepted after \S+ m?s, first attempt after .*/m);
    expect(stdout).toContain('COMPLETED after');
    expect(stdout).not.toMatch(/^(?:warn|FAIL)/m);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(code).toBe(0);
  });

  test('--json gives the same to a machine', async () => {
    const { code, stdout } = await webhooks('doctor', '--json');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      ok: true,
      target: 'the local run',
      ping: { answer: { status: 200 }, end: 'COMPLETED', completed_at_ms: expect.any(Number) },
    });
    expect(report.checks.map(({ check }: CheckResult) => check)).toEqual([
      'secret',
      'clock',
      'consumer',
      'visibility',
      'retention',
      'ledger',
      'ledger expiry',
      'supaglue',
      'alerts',
      'dead letters',
      'backlog',
      'ping',
    ]);
    expect(code).toBe(0);
  });

  test('what is wrong is found, and how to mend it is said', async () => {
    const { secretsManager, sqs } = target.clients;
    const SecretId = target.signingSecretId;
    await secretsManager.send(
      new PutSecretValueCommand({ SecretId, SecretString: `whsec_${Buffer.alloc(32).toString('base64')}` }),
    );
    await sqs.send(new SendMessageCommand({ QueueUrl: target.deadLetterQueueUrl, MessageBody: 'a letter' }));
    const Attributes = { VisibilityTimeout: '60', MessageRetentionPeriod: String(14 * 86_400) };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: target.queueUrl, Attributes }));
    const { code, stdout } = await webhooks('doctor', '--no-ping');
    expect(stdout).toMatch(/^FAIL {2}secret: secret 1: all bytes of its key are the same/m);
    expect(stdout).toContain('npx supaglue-webhooks secret set --add --local');
    expect(stdout).toMatch(/^warn {2}visibility: 60 s, less than 6 ×/m);
    expect(stdout).toMatch(/^FAIL {2}retention: queue 14 days, dead letters 14 days/m);
    expect(stdout).toMatch(/^warn {2}dead letters: 1 event could not be handled$/m);
    expect(stdout).toContain('npx supaglue-webhooks dlq list --local');
    expect(stdout).not.toContain('ping');
    expect(code).toBe(1);

    await secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString: run.cloud.secret }));
  });

  test('paused: a warning, and the ping is not waited for', async () => {
    expect((await webhooks('pause')).code).toBe(0);
    const { code, stdout } = await webhooks('doctor', '--json');
    expect((await webhooks('resume')).code).toBe(0);
    const report = JSON.parse(stdout);
    expect(statuses(report.checks)).toMatchObject({ consumer: 'warn', ping: 'warn', retention: 'fail' });
    expect(report.checks[2].command).toBe('npx supaglue-webhooks resume --local');
    expect(report.ping).toMatchObject({ answer: { status: 200 }, end: null });
    expect(code).toBe(1);
  });
});

describe('what cannot be read', () => {
  let refusing: Server;
  let endpoint: string;
  beforeAll(async () => {
    refusing = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(400, {
          'content-type': 'application/json',
          'x-amzn-errortype': 'AccessDeniedException',
        });
        response.end(JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized' }));
      });
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const address = refusing.address();
    endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  afterAll(() => {
    refusing.close();
  });

  test('a check that is denied fails by itself, and the others go on', async () => {
    const { exports } = run.cloud;
    const url = (name: string) => exports[`AWS_ENDPOINT_URL_${name}`] ?? '';
    const clients = localClients(
      {
        sqs: url('SQS'),
        dynamoDb: url('DYNAMODB'),
        secretsManager: url('SECRETS_MANAGER'),
        sns: url('SNS'),
        lambda: endpoint,
        cloudWatch: url('CLOUDWATCH'),
      },
      LOCAL_CREDENTIALS,
    );
    const denied: Target = { ...target, kind: 'stack', name: 'Prod', flag: '--stack Prod', clients };
    const { results } = await examine(denied, {
      ping: true,
      timeoutMs: patienceMs(20_000),
      nowMs: Date.now,
      signal: new AbortController().signal,
      onResult: () => undefined,
    });
    closeTarget(denied);
    expect(statuses(results)).toMatchObject({
      secret: 'ok',
      clock: 'ok',
      consumer: 'fail',
      visibility: 'fail',
      ledger: 'fail',
      // The local table is made without TTL.
      'ledger expiry': 'warn',
      alerts: 'warn',
      ping: 'ok',
    });
    const consumer = results.find(({ check }) => check === 'consumer');
    expect(consumer?.finding).toMatch(/^could not be checked: access denied: not authorized/);
  });

  test('Ctrl-C ends it with 130', async () => {
    const interrupted = capturedContext({ directory: run.directory, signal: AbortSignal.abort() });
    expect(await runProgram(['doctor', '--local'], interrupted.context)).toBe(130);
    expect(interrupted.stderr()).toBe('interrupted\n');
  });
});
