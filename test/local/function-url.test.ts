import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { samples } from '../../lambdas/events/samples.ts';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget } from '../../operator/core/target.ts';
import { examine } from '../../operator/doctor/examine.ts';
import { assembly } from '../support/assembly.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { postSigned } from '../support/signed-request.ts';
import { patienceMs } from '../support/slowness.js';

const BODY = JSON.stringify(samples['sync.paused']);

describe.each(['function-url', 'both'] as const)('the local run of %s', (endpoint) => {
  const events = recordEvents();
  let cloud: LocalCloud;
  let url: string;
  beforeAll(async () => {
    cloud = await startLocalCloud({
      assemblyDirectory: await assembly({ endpoint }),
      observer: events.observer,
    });
    url = cloud.functionWebhookUrl ?? cloud.webhookUrl;
  });
  afterAll(() => cloud?.stop());

  const settledOf = (id: string) =>
    events
      .of('batch-settled')
      .some(({ records }) => records.some(({ attributes }) => attributes['svix-id'] === id));

  test('takes a signed webhook at each of its addresses', async () => {
    const addresses = [cloud.webhookUrl, cloud.functionWebhookUrl].filter((each) => each !== undefined);
    expect(addresses).toHaveLength(endpoint === 'both' ? 2 : 1);
    for (const [index, address] of addresses.entries()) {
      const id = `msg_${index}`;
      expect(await postSigned(address, { id, body: BODY, secret: cloud.secret })).toMatchObject({
        status: 200,
      });
      await events.until(() => settledOf(id));
    }
  });

  test('answers as the gateway does to another method or path, and counts neither', async () => {
    const rejected = () => events.of('metric').filter(({ name }) => name === 'EventsRejected').length;
    const before = rejected();
    const origin = new URL(url).origin;
    for (const [method, path] of [
      ['GET', '/webhooks'],
      ['PUT', '/webhooks'],
      ['POST', '/'],
      ['POST', '/webhooks/'],
      ['POST', '/%77ebhooks'],
    ] as const) {
      const answer = await fetch(`${origin}${path}`, { method });
      expect([method, path, answer.status, await answer.text()]).toEqual([
        method,
        path,
        404,
        '{"message":"Not Found"}',
      ]);
    }
    expect(rejected()).toBe(before);
    expect((await fetch(url, { method: 'POST', body: BODY })).status).toBe(400);
  });

  test('takes no body over 6 MB', async () => {
    const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(6 * 1024 * 1024) });
    expect(answer.status).toBe(413);
  });

  test('is pinged by the doctor at each of its addresses', async () => {
    const target = localTarget(cloud.exports);
    try {
      const { results } = await examine(target, {
        ping: true,
        timeoutMs: patienceMs(20_000),
        nowMs: Date.now,
        signal: new AbortController().signal,
        onResult: () => undefined,
      });
      const pings = results.filter(({ check }) => check.startsWith('ping'));
      expect(pings.map(({ check, status }) => [check, status])).toEqual([
        ['ping', 'ok'],
        ...(endpoint === 'both' ? [['ping, function URL', 'ok']] : []),
      ]);
    } finally {
      closeTarget(target);
    }
  });
});
