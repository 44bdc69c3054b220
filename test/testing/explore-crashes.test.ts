import { describe, expect, test } from '@jest/globals';
import {
  EventRouter,
  type Handler,
  NonRetryableError,
  type SyncComplete,
} from 'supaglue-webhooks-aws/handlers';
import { type DoEffect, exploreCrashes, sample } from 'supaglue-webhooks-aws/testing';

const EVENT = sample('sync.complete');
const URL = 'https://billing.example.com/pause';
const routerOf = (handler: Handler<SyncComplete>) => new EventRouter().on('sync.complete', 'own', handler);

async function pause(init: RequestInit): Promise<void> {
  const response = await fetch(URL, { method: 'POST', ...init });
  if (!response.ok) throw new Error(`billing answered ${response.status}`);
}

test('a handler that hands its key and its signal on is clean, and the report says why', async () => {
  const report = await exploreCrashes(
    routerOf(({ idempotencyKey, signal }) =>
      pause({ headers: { 'idempotency-key': idempotencyKey }, signal }),
    ),
    EVENT,
  );
  expect(report.text.split('\n')).toEqual([
    `a crash before POST ${URL} repeats nothing: fine`,
    `a crash after POST ${URL} repeats it with the same key: fine`,
  ]);
  expect(report.findings).toEqual([]);
});

describe('told apart, each with its effect', () => {
  const cases: readonly (readonly [kind: string, handler: Handler<SyncComplete>, text: RegExp])[] = [
    [
      'repeats-without-key',
      ({ signal }) => pause({ signal }),
      /^a crash after POST \S+ repeats it without a key: POST \S+: 2 instead of 1$/,
    ],
    [
      'repeats-without-key',
      ({ signal }) => pause({ signal, headers: { 'idempotency-key': String(Math.random()) } }),
      /without a key: POST \S+: 2 instead of 1$/,
    ],
    [
      'ignores-signal',
      ({ idempotencyKey }) => pause({ headers: { 'idempotency-key': idempotencyKey } }),
      /^own ignores signal: it is still at POST /,
    ],
    [
      'swallows-error',
      async ({ idempotencyKey, signal }) => {
        await pause({ body: idempotencyKey, signal }).catch(() => undefined);
      },
      /^own swallows errors: it completes although POST \S+ was ended by signal$/,
    ],
    [
      'swallows-error',
      async ({ idempotencyKey, signal }) => {
        await fetch(URL, { method: 'POST', body: idempotencyKey, signal });
      },
      /^own swallows errors: it completes although POST \S+ was answered 503$/,
    ],
    [
      'gives-up',
      async ({ idempotencyKey, signal }) => {
        const { status } = await fetch(URL, { method: 'POST', body: idempotencyKey, signal });
        if (status === 503) throw new NonRetryableError('billing is down');
      },
      /^own gives up for good when POST \S+ fails once/,
    ],
    [
      'mutates-event',
      ({ event }) => {
        Object.assign(event, { customer_id: 'me' });
      },
      /^own changes the event/,
    ],
    [
      'fails',
      () => {
        throw new NonRetryableError('never');
      },
      /ends DEAD-LETTERED: NonRetryableError: never$/,
    ],
  ];
  test.each(cases)('%s', async (kind, handler, text) => {
    const { findings } = await exploreCrashes(routerOf(handler), EVENT);
    expect(findings).toEqual([expect.objectContaining({ kind, text: expect.stringMatching(text) })]);
  });

  test('an event of a schema of one’s own, which is not frozen, is watched as well', async () => {
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'own',
        validate: (value: unknown) => ({ value: new Map([['it', value]]) }),
      },
    } as const;
    const router = new EventRouter().define('own.thing', schema).on('own.thing', 'own', ({ event }) => {
      (event as Map<string, unknown>).set('it', 'mine');
    });
    expect((await exploreCrashes(router, sample('own.thing', { a: 1 }))).findings).toMatchObject([
      { kind: 'mutates-event' },
    ]);
  });
});

describe('a world of the test’s own', () => {
  const rows: unknown[] = [];
  const world = {
    reset: () => void rows.splice(0),
    snapshot: () => ({ rows }),
  };
  const explore = (insert: (effect: DoEffect, signal: AbortSignal) => Promise<unknown>) =>
    exploreCrashes(
      ({ effect }) => routerOf(async ({ signal }) => void (await insert(effect, signal))),
      EVENT,
      {
        world,
      },
    );

  test('what leaves two rows is told with the place', async () => {
    const { findings } = await explore((effect, signal) =>
      effect('INSERT', () => rows.push('paused'), { signal }),
    );
    expect(findings).toMatchObject([
      {
        kind: 'repeats-without-key',
        effect: 'INSERT',
        text: 'a crash after INSERT repeats it without a key: rows: 2 instead of 1',
      },
    ]);
  });

  test('what leaves the same is fine without a key', async () => {
    const report = await explore((effect, signal) =>
      effect('UPSERT', () => void rows.splice(0, 1, 'paused'), { signal }),
    );
    expect(report.findings).toEqual([]);
    expect(report.text).toContain('a crash after UPSERT repeats it without a key: fine');
  });
});
