import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findConsumerSource } from '../../operator/core/consumer-source.ts';
import { readCounters, readOldestMessageAgeSeconds } from '../../operator/core/counters.ts';
import { postEvent } from '../../operator/core/post-event.ts';
import { waitUntilDrained } from '../../operator/core/queue-depth.ts';
import { signRequest } from '../../operator/core/sign-request.ts';
import { switchConsumer } from '../../operator/core/switch-consumer.ts';
import type { Target } from '../../operator/core/target.ts';
import { patienceMs, patienceSeconds } from '../support/slowness.js';
import { type LocalRun, startLocalRun } from './support/local-run.ts';

const { signal } = new AbortController();
let run: LocalRun;
let target: Target;

beforeAll(async () => {
  run = await startLocalRun();
  ({ target } = run);
});
afterAll(() => run?.stop());

async function send(id: string, fields: object = {}): Promise<void> {
  const body = Buffer.from(JSON.stringify({ webhook_event_type: 'supaglue-webhooks.ping', ...fields }));
  const request = signRequest({ id, body, secret: run.cloud.secret, nowMs: Date.now() });
  expect(await postEvent(target.webhookUrl, request, signal)).toMatchObject({ status: 200 });
}

test('the consumer’s mapping is found by the main queue', async () => {
  await expect(findConsumerSource(target, signal)).resolves.toEqual({
    uuid: expect.any(String),
    state: 'Enabled',
    functionName: run.cloud.functions.consumer.name,
    batchSize: 10,
    batchingWindowSeconds: 0,
    maximumConcurrency: 5,
  });
  // As a queue that nothing reads from.
  const orphan: Target = { ...target, queueUrl: target.deadLetterQueueUrl };
  await expect(findConsumerSource(orphan, signal)).rejects.toThrow('no function takes events');
});

describe('counters', () => {
  test('are the functions’ own, point by point', async () => {
    const sinceMs = Date.now();
    await send('msg_once');
    await send('msg_dead', { fail_permanently: true });
    await send('msg_twice', { fail_times: 1 });
    expect(await waitUntilDrained(target, patienceMs(10_000), signal)).toBe(true);
    await send('msg_once');
    expect(await waitUntilDrained(target, patienceMs(10_000), signal)).toBe(true);

    const options = { sinceMs, nowMs: Date.now() + 1, periodSeconds: 1, signal };
    const counters = await readCounters(target, options);
    const totals = Object.entries(counters).map(([name, series]) => [name, series.total]);
    expect(Object.fromEntries(totals)).toMatchObject({
      accepted: 4,
      processed: 2,
      duplicates: 1,
      deadLettered: 1,
      retried: 1,
    });
    const { points } = counters.accepted;
    expect(points[0]?.atMs).toBe(sinceMs - (sinceMs % 1_000));
    expect(points.length).toBe(Math.ceil((options.nowMs - (points[0]?.atMs ?? 0)) / 1_000));
    expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(4);

    const before = await readCounters(target, {
      ...options,
      sinceMs: sinceMs - 60_000,
      nowMs: sinceMs - 5_000,
    });
    expect(before.accepted.total).toBe(0);
    expect(before.accepted.points.length).toBeGreaterThan(50);
  });

  test('on AWS are asked for by whole minutes', async () => {
    const nowMs = Date.now();
    const options = { sinceMs: nowMs - 300_000, nowMs, signal };
    const stack: Target = { ...target, kind: 'stack' };
    expect(await readCounters(stack, { ...options, periodSeconds: 5 })).toMatchObject({ periodSeconds: 60 });
    expect(await readCounters(stack, { ...options, periodSeconds: 61 })).toMatchObject({
      periodSeconds: 120,
    });
  });
});

test('the age of the oldest message is that of the queue asked for', async () => {
  const wanted = {
    to: 'Disabled',
    timeoutMs: patienceMs(10_000),
    signal,
    onRequested: () => {},
    onState: () => {},
  } as const;
  await switchConsumer(target, wanted);
  await send('msg_waits');
  const age = (which: 'queue' | 'dead-letters', laterMs: number) =>
    readOldestMessageAgeSeconds(target, which, { nowMs: Date.now() + laterMs, signal });
  expect(await age('queue', 60_000)).toBeLessThan(patienceSeconds(5));
  // A window that ended before now has nothing to show.
  expect(await age('queue', -3_600_000)).toBeUndefined();
  await switchConsumer(target, { ...wanted, to: 'Enabled' });
  expect(await waitUntilDrained(target, patienceMs(10_000), signal)).toBe(true);
  expect(await age('queue', 60_000)).toBe(0);
});
