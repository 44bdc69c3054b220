import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign as signWith } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { samples } from '../../lambdas/events/samples.ts';
import { sign } from '../../lambdas/ingest/signature.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { colours } from '../../local/colours.ts';
import { EXPORTS_FILE, writeExports } from '../../local/exports-file.ts';
import { banner } from '../../local/start/banner.ts';
import { FollowEnd, followEvent } from '../../operator/core/follow-event.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../operator/core/target.ts';
import { runProgram } from '../../operator/program.ts';
import { capturedContext } from '../operator/support/captured-context.ts';
import { patienceMs } from '../support/slowness.js';
import { makeCdkProject, makeProject, temporaryFolder } from './code-blocks.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const x = publicKey.export({ format: 'jwk' }).x ?? '';
const whpk = `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;

let project: string;
let assembly: string;
let cloud: LocalCloud;
let target: Target;
beforeAll(async () => {
  project = await temporaryFolder();
  await makeProject(project, 'docs/senders.md');
  await makeCdkProject(project);
  assembly = await synthesise({ outDirectory: join(project, 'assembly'), projectDirectory: project });
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  // As .env.local gives them.
  const userVariables = { WEBHOOK_SECRET_BILLING: `${secret} ${whpk}` };
  cloud = await startLocalCloud({ assemblyDirectory: assembly, secret, userVariables });
  await writeExports(join(project, EXPORTS_FILE), cloud.exports);
  target = localTarget(cloud.exports);
});
afterAll(async () => {
  if (target !== undefined) closeTarget(target);
  await cloud?.stop();
  rmSync(project, { recursive: true });
});

const RESPONSE = { type: 'response.completed', created_at: 1_795_000_000, data: { id: 'resp_1' } };
const INVOICE = { type: 'invoice.paid', timestamp: '2026-11-28T10:00:00Z', data: { customer: 'acme' } };

async function post(source: string | undefined, headers: Record<string, string>, body: string) {
  const url = source === undefined ? cloud.webhookUrl : `${cloud.webhookUrl}/${source}`;
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

function headersOf(
  family: 'svix' | 'webhook',
  id: string,
  signature: (timestampSeconds: number) => string,
): Record<string, string> {
  const timestampSeconds = Math.floor(Date.now() / 1000);
  return {
    [`${family}-id`]: id,
    [`${family}-timestamp`]: String(timestampSeconds),
    [`${family}-signature`]: signature(timestampSeconds),
  };
}
const ours = (id: string, body: string) =>
  headersOf('webhook', id, (timestampSeconds) => sign({ id, timestampSeconds, body, secret: cloud.secret }));

async function ended(eventId: string, body: string): Promise<LedgerRecord | undefined> {
  const { end, record } = await followEvent(target, {
    eventId,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    timeoutMs: patienceMs(60_000),
    signal: new AbortController().signal,
    onStep: () => undefined,
  });
  expect({ eventId, end }).toEqual({ eventId, end: FollowEnd.COMPLETED });
  return record;
}

describe('another sender, as documented', () => {
  test('its events end COMPLETED in its typed handlers, signed by the packages that senders name', async () => {
    const body = JSON.stringify(RESPONSE);
    const svix = headersOf('svix', 'msg_svix', (seconds) =>
      new SvixWebhook(cloud.secret).sign('msg_svix', new Date(seconds * 1000), body),
    );
    const standard = headersOf('webhook', 'msg_standard', (seconds) =>
      new StandardWebhook(cloud.secret).sign('msg_standard', new Date(seconds * 1000), body),
    );
    expect([await post('openai', svix, body), await post('openai', standard, body)]).toEqual([200, 200]);
    for (const id of ['openai:msg_svix', 'openai:msg_standard']) {
      expect(await ended(id, body)).toMatchObject({
        event_type: 'openai:response.completed',
        notes: { 'keep-response': 'response resp_1' },
      });
    }
  });

  test('the same id from two senders, and from Supaglue, runs for each', async () => {
    const bodies = {
      openai: JSON.stringify(RESPONSE),
      billing: JSON.stringify(INVOICE),
      supaglue: JSON.stringify(samples['connection.created']),
    };
    const id = 'msg_same';
    const statuses = [
      await post('openai', ours(id, bodies.openai), bodies.openai),
      await post('billing', ours(id, bodies.billing), bodies.billing),
      await post(undefined, ours(id, bodies.supaglue), bodies.supaglue),
    ];
    expect(statuses).toEqual([200, 200, 200]);
    const [openai, billing, supaglue] = [
      await ended(`openai:${id}`, bodies.openai),
      await ended(`billing:${id}`, bodies.billing),
      await ended(id, bodies.supaglue),
    ];
    expect(Object.keys(openai?.handlers ?? {})).toEqual(['keep-response']);
    expect(Object.keys(billing?.handlers ?? {})).toEqual(['thank']);
    expect(billing).toMatchObject({ customer_id: 'acme', event_type: 'billing:invoice.paid' });
    expect(supaglue).toMatchObject({ event_type: 'connection.created' });
  });

  test('a body of another source, and a route that nobody has, get nothing', async () => {
    const body = JSON.stringify(RESPONSE);
    expect(await post('nobody', ours('msg_none', body), body)).toBe(404);
    const tampered = await post('openai', ours('msg_tampered', body), `${body} `);
    expect(tampered).toBe(401);
  });

  test('Supaglue cannot speak for another sender', async () => {
    const body = JSON.stringify({ webhook_event_type: 'openai:response.completed', ...RESPONSE });
    expect(await post(undefined, ours('msg_masked', body), body)).toBe(200);
    const record = await ended('msg_masked', body);
    expect(record).toMatchObject({ event_type: 'unknown' });
    expect(record?.handlers ?? {}).toEqual({});
  });

  test('a sender with a private key is verified by its public one, beside the shared secret', async () => {
    const body = JSON.stringify(INVOICE);
    const asymmetric = (id: string, key: KeyObject) =>
      headersOf('webhook', id, (seconds) => {
        const signature = signWith(null, Buffer.from(`${id}.${seconds}.${body}`), key);
        return `v1a,${signature.toString('base64')}`;
      });
    expect(await post('billing', asymmetric('msg_v1a', privateKey), body)).toBe(200);
    await ended('billing:msg_v1a', body);
    const stranger = generateKeyPairSync('ed25519').privateKey;
    expect(await post('billing', asymmetric('msg_forged', stranger), body)).toBe(401);
    // The key of one source opens no other.
    expect(await post('openai', asymmetric('msg_other', privateKey), body)).toBe(401);
  });

  const run = async (...parameters: string[]) => {
    const captured = capturedContext({ directory: project });
    const code = await runProgram([...parameters, '--local'], captured.context);
    return { code, stdout: captured.stdout(), stderr: captured.stderr() };
  };

  test('what a consumer of version 0.2 gave up is handled when it is redriven to one that knows the source', async () => {
    const body = JSON.stringify(INVOICE);
    // As that one left it: it took the id for none of ingest's.
    const attributes = {
      'svix-id': 'billing:msg_early',
      'event-type': 'billing:invoice.paid',
      'received-at': String(Date.now()),
      failure: JSON.stringify({ reason: 'no-event-id', message: 'no svix-id', handlers: [], attempts: 0 }),
    };
    await target.clients.sqs.send(
      new SendMessageCommand({
        QueueUrl: target.deadLetterQueueUrl,
        MessageBody: body,
        MessageGroupId: 'billing:acme',
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [
            name,
            { DataType: 'String', StringValue },
          ]),
        ),
      }),
    );
    const selected = ['--type', 'billing:invoice.paid', '--customer', 'acme', '--confirm'];
    expect(await run('dlq', 'redrive', ...selected)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('billing:msg_early'),
    });
    expect((await ended('billing:msg_early', body))?.handlers).toEqual({ thank: expect.anything() });
  });

  test('the commands know it', async () => {
    const sent = await run(
      'send',
      'response.completed',
      '--source',
      'openai',
      '--set',
      'data.id=resp_1',
      '--id',
      'msg_cli',
    );
    expect(sent).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('handler keep-response completed'),
    });
    const shown = await run('events', 'show', 'openai:msg_cli');
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('openai:response.completed') });
    expect(await run('secret', 'check', '--source', 'openai')).toMatchObject({ code: 0 });
    const examined = await run('doctor', '--no-ping');
    expect(examined.stdout).toMatch(/secret, openai: 1, valid/);
    expect(examined.stdout).toMatch(/secret, billing: 2, all valid/);
    const capture = join(project, 'request.http');
    const captured = JSON.stringify(RESPONSE);
    const lines = Object.entries(ours('msg_captured', captured)).map(([name, value]) => `${name}: ${value}`);
    await writeFile(capture, `${lines.join('\n')}\n\n${captured}`);
    const explained = await run('explain', capture, '--source', 'openai', '--json');
    expect(JSON.parse(explained.stdout)).toMatchObject({ verifies: true, event_id: 'openai:msg_captured' });
    expect(await run('secret', 'check', '--source', 'constructor')).toMatchObject({ code: 1 });
    expect(await run('send', 'openai:response.completed')).toMatchObject({ code: 2 });
    const unknown = await run('secret', 'check', '--source', 'nobody');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('there is openai, billing') });
  });
});

test('a run tells where each sender posts, and takes over its secret from a changed .env.local', async () => {
  const told = banner({ cloud, inspector: undefined, database: undefined, options: {} }, colours(false));
  expect(told).toContain(`${cloud.webhookUrl}/openai`);
  expect(told).toContain(`${cloud.webhookUrl}/billing`);

  const body = JSON.stringify(RESPONSE);
  const changed = `whsec_${randomBytes(32).toString('base64')}`;
  const byChanged = () =>
    headersOf('webhook', 'msg_changed', (timestampSeconds) =>
      sign({ id: 'msg_changed', timestampSeconds, body, secret: changed }),
    );
  expect(await post('openai', byChanged(), body)).toBe(401);
  await cloud.reload(assembly, { WEBHOOK_SECRET_OPENAI: changed });
  expect(await post('openai', byChanged(), body)).toBe(200);
  // What is not said anew stays as it was stored, by `secret set --local` for example.
  await cloud.reload(assembly, {});
  expect(await post('openai', byChanged(), body)).toBe(200);
});

describe('a source that only one of the two names is refused at synthesis', () => {
  const synthesised = (file: string, from: string, to: string) => async () => {
    const path = join(project, 'app', file);
    const before = readFileSync(path, 'utf8');
    await writeFile(path, before.replace(from, to));
    try {
      await synthesise({ outDirectory: join(project, 'refused'), projectDirectory: project });
    } finally {
      await writeFile(path, before);
    }
  };

  test('the stack alone', async () => {
    await expect(synthesised('stack.ts', 'openai: {},', 'openai: {}, other: {},')()).rejects.toThrow(
      "sources.other: no handlers are registered for it: router.from('other', …)",
    );
  });

  test('the handlers alone', async () => {
    await expect(synthesised('stack.ts', 'openai: {},', '')()).rejects.toThrow(
      "handlers are registered for the source openai, which the stack's sources do not name",
    );
  });

  test('more than the function’s variables can hold', async () => {
    const addresses = JSON.stringify(Array.from({ length: 255 }, (_, index) => `192.0.2.${index}`));
    await expect(
      synthesised('stack.ts', 'throttleRate: 20', `allowedSources: ${addresses}`)(),
    ).rejects.toThrow(/^sources: with their allowedSources they take 3,?\d+ bytes/m);
  });

  test('a name or a property that is not allowed', async () => {
    await expect(synthesised('stack.ts', 'openai: {},', 'openai: {}, Open_AI: {},')()).rejects.toThrow(
      'sources.Open_AI is not allowed',
    );
    await expect(
      synthesised('stack.ts', 'throttleRate: 20', "allowedSources: ['nowhere']")(),
    ).rejects.toThrow('sources.billing.allowedSources');
  });
});
