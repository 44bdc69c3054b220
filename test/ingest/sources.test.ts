import { describe, expect, test } from '@jest/globals';
import { createIngest } from '../../lambdas/ingest/ingest.ts';
import type { QueueMessage } from '../../lambdas/ingest/message.ts';
import { type RoutedSource, routeBody } from '../../lambdas/ingest/routing.ts';
import { createSecretSource } from '../../lambdas/ingest/secret-source.ts';
import { NOW_MS, NOW_SECONDS, request, SECRET, signedHeaders } from './fixtures.ts';

const ACME: RoutedSource = { name: 'acme', type: 'event.name', customer: 'about.id' };
const route = (payload: unknown, source = ACME, headers = {}) =>
  routeBody(Buffer.from(JSON.stringify(payload)), source, headers);

describe('an event of another source is routed', () => {
  test('by its own fields, under its name', () => {
    expect(route({ event: { name: 'paid' }, about: { id: 'c1' } })).toEqual({
      eventType: 'acme:paid',
      messageGroupId: 'acme:c1',
    });
  });

  test('by a header, whatever the case of its name', () => {
    const source = { ...ACME, type: { header: 'X-Event' } };
    expect(route({}, source, { 'x-event': 'made' }).eventType).toBe('acme:made');
    expect(route({}, source, { 'x-event': '' }).eventType).toBe('acme:unknown');
    expect(route({}, source).eventType).toBe('acme:unknown');
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['an empty type', { event: { name: '' }, about: { id: '' } }],
    ['no object', null],
    ['a text', 'event'],
  ])('with %s in it: to all of its source without a type', (_what, payload) => {
    expect(route(payload)).toEqual({
      eventType: 'acme:unknown',
      messageGroupId: 'no-customer:acme:unknown',
    });
  });

  test('that is not JSON, as one that holds nothing', () => {
    expect(routeBody(Buffer.from('{'), ACME).eventType).toBe('acme:unknown');
  });

  test('about nobody where its source names no field', () => {
    const { customer: _, ...source } = ACME;
    expect(route({ event: { name: 'paid' }, '': 'c1' }, source).messageGroupId).toBe('acme:c1');
    expect(route({ event: { name: 'paid' } }, source).messageGroupId).toBe('no-customer:acme:paid');
  });

  test('with a type that fits an attribute', () => {
    const { eventType } = route({ event: { name: `a b${'c'.repeat(200)}` } });
    expect(eventType).toBe(`acme:a_b${'c'.repeat(120)}`);
  });
});

describe('ingest of another source', () => {
  const accept = async (ageSeconds: number, source?: RoutedSource) => {
    const queued: QueueMessage[] = [];
    const outcome = await createIngest({
      ...(source && { source }),
      isAllowedSource: () => true,
      secrets: createSecretSource({ fetchSecret: async () => SECRET, nowMs: () => NOW_MS }),
      enqueue: async (message) => {
        queued.push(message);
      },
      nowMs: () => NOW_MS,
    })(request({ headers: signedHeaders({ timestampSeconds: NOW_SECONDS - ageSeconds }) }));
    return { outcome, queued };
  };

  test('knows its events by its name and their id', async () => {
    const { outcome, queued } = await accept(0, ACME);
    expect(outcome).toMatchObject({
      code: 'accepted',
      eventId: 'acme:msg_test_1',
      eventType: expect.stringMatching(/^acme:/),
      secretPosition: 1,
    });
    expect(queued[0]?.MessageAttributes).toMatchObject({
      'svix-id': { StringValue: 'acme:msg_test_1' },
      'event-type': { StringValue: 'acme:unknown' },
    });
  });

  test.each([
    [10, undefined, 'accepted'],
    [10, { ...ACME, toleranceSeconds: 9 }, 'invalid-signature'],
    [9, { ...ACME, toleranceSeconds: 9 }, 'accepted'],
    [-9, { ...ACME, toleranceSeconds: 9 }, 'accepted'],
    [-10, { ...ACME, toleranceSeconds: 9 }, 'invalid-signature'],
    [301, ACME, 'invalid-signature'],
    [301, { ...ACME, toleranceSeconds: 301 }, 'accepted'],
  ])('signed %i s ago, %j: %s', async (ageSeconds, source, code) => {
    expect((await accept(ageSeconds, source)).outcome.code).toBe(code);
  });

  test.each([
    [301, 'timestamp-too-old'],
    [-301, 'timestamp-too-new'],
  ])('says why, and how far off it was', async (ageSeconds, reason) => {
    const { outcome } = await accept(ageSeconds, ACME);
    expect(outcome).toMatchObject({
      reason,
      eventId: 'acme:msg_test_1',
      detail: { age_seconds: ageSeconds },
    });
  });
});
