import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EventRouter, type Handler, NonRetryableError, svix } from 'supaglue-webhooks-aws/handlers';
import { type DoEffect, type Pipeline, sample, testPipeline } from 'supaglue-webhooks-aws/testing';
import { patienceMs } from '../support/slowness.js';

const EVENT = sample('sync.complete');
const routerOf = (handler: Handler<unknown>) => new EventRouter().on('sync.complete', 'own', handler);
const fails = () => {
  throw new Error('down');
};

test('an event runs to its completion, once, however often it is delivered', async () => {
  let runs = 0;
  const direct = globalThis.fetch;
  const pipeline = testPipeline(routerOf(() => void runs++));
  const eventId = await pipeline.deliver(EVENT);
  await pipeline.redeliver(eventId);
  expect(pipeline.outcome(eventId)).toMatchObject({
    status: 'COMPLETED',
    attempts: [{ handler: 'own', attempt: 1, result: 'completed' }],
  });
  expect(runs).toBe(1);
  expect(globalThis.fetch).toBe(direct);
});

test('an hour of retries runs in milliseconds, each with its error and delay', async () => {
  const pipeline = testPipeline(routerOf(fails));
  const eventId = await pipeline.deliver(EVENT);
  await pipeline.advance({ minutes: 1 });
  expect(pipeline.outcome(eventId).status).toBe('RETRYING');
  const startedAtMs = performance.now();
  await pipeline.advance({ hours: 3 });
  expect(performance.now() - startedAtMs).toBeLessThan(patienceMs(5_000));
  const { status, attempts } = pipeline.outcome(eventId);
  expect(status).toBe('DEAD-LETTERED');
  expect(attempts.map(({ delayMs }) => delayMs)).toEqual([
    ...[8, 15, 30, 60, 120, 240, 480, 675, 675, 675, 675].map((seconds) => seconds * 1000),
    undefined,
  ]);
  expect(attempts[11]?.error).toEqual({ name: 'Error', message: 'down', retryable: true });
  expect(pipeline.deadLetters()).toMatchObject([
    { eventId, failure: { reason: 'attempts-exhausted', attempts: 12 } },
  ]);
});

test('what is redriven has its budget again; another body under the same id is a letter of its own', async () => {
  let isUp = false;
  const pipeline = testPipeline(
    routerOf(() => (isUp ? undefined : fails())),
    { maxAttempts: 2 },
  );
  const eventId = await pipeline.deliver(EVENT);
  await pipeline.finish();
  expect(pipeline.deadLetters()).toHaveLength(1);
  isUp = true;
  await pipeline.redrive();
  expect(pipeline.outcome(eventId)).toMatchObject({
    status: 'COMPLETED',
    attempts: [{}, {}, { attempt: 1 }],
  });
  expect(pipeline.deadLetters()).toEqual([]);
  await pipeline.deliver(sample('sync.complete', { customer_id: 'other' }), { eventId });
  expect(pipeline.deadLetters()).toMatchObject([{ failure: { reason: 'payload-mismatch' } }]);
});

test('an event of another source', async () => {
  const router = new EventRouter();
  const seen: string[] = [];
  router.from('svix', svix).onAny('audit', ({ eventId }) => void seen.push(eventId));
  const pipeline = testPipeline(router);
  const eventId = await pipeline.deliver({ type: 'own.thing', data: {} }, { source: 'svix' });
  expect(pipeline.outcome(eventId).record?.event_type).toBe('svix:own.thing');
  expect(seen).toEqual([eventId]);
  await expect(pipeline.deliver({}, { source: 'other' })).rejects.toThrow('no source other');
});

test('no valid sample, and two calls at once, are refused', async () => {
  expect(() => sample('sync.complete', { result: 7 as never })).toThrow(/no valid sync.complete: result/);
  const pipeline = testPipeline(routerOf(() => undefined));
  const first = pipeline.deliver(EVENT);
  await expect(pipeline.advance({ days: 1 })).rejects.toThrow('await it');
  await first;
});

describe('faults', () => {
  const effects: string[] = [];
  async function run(
    arm: (pipeline: Pipeline) => void,
    deliver = (pipeline: Pipeline) => pipeline.deliver(EVENT),
  ) {
    effects.splice(0);
    const pipeline = testPipeline(({ effect }) =>
      routerOf(async ({ attempt, signal }) => {
        await effect('one', () => void effects.push(`one ${attempt}`), { signal });
        await effect('two', () => void effects.push(`two ${attempt}`), { signal });
      }),
    );
    arm(pipeline);
    const eventId = await deliver(pipeline);
    await pipeline.finish();
    const { status, attempts } = pipeline.outcome(eventId);
    expect(status).toBe('COMPLETED');
    return attempts.map(({ result }) => result);
  }

  test('a crash after an effect repeats what came before it', async () => {
    expect(await run(({ faults }) => faults.crashAfterEffect(1))).toEqual(['crashed', 'completed']);
    expect(effects).toEqual(['one 1', 'one 2', 'two 2']);
  });

  test('a completion that is not recorded runs again', async () => {
    expect(await run(({ faults }) => faults.loseWrite())).toEqual(['completed', 'completed']);
    expect(effects).toEqual(['one 1', 'two 1', 'one 2', 'two 2']);
  });

  test('an outage of the ledger runs nothing until it is over', async () => {
    let begun = 0;
    const attempts = await run(
      (pipeline) => {
        begun = pipeline.nowMs;
        pipeline.faults.ledgerOutage({ hours: 1 });
      },
      async (pipeline) => {
        const eventId = await pipeline.deliver(EVENT);
        expect(pipeline.outcome(eventId)).toMatchObject({ status: 'QUEUED', attempts: [] });
        await pipeline.finish();
        expect(pipeline.outcome(eventId).attempts[0]?.at.getTime()).toBeGreaterThanOrEqual(begun + 3_600_000);
        return eventId;
      },
    );
    expect(attempts).toEqual(['completed']);
  });

  test('the time of the handlers is up', async () => {
    expect(await run(({ faults }) => faults.timeOut())).toEqual(['failed', 'completed']);
    expect(effects).toEqual(['one 2', 'two 2']);
  });

  test('delivered twice at once, it runs once', async () => {
    expect(await run(({ faults }) => faults.duplicate())).toEqual(['completed']);
  });

  test('out of order', async () => {
    const order: unknown[] = [];
    const pipeline = testPipeline(routerOf(({ eventId }) => void order.push(eventId)));
    pipeline.faults.reorder();
    await pipeline.deliver(EVENT, { eventId: 'first' });
    await pipeline.deliver(EVENT, { eventId: 'second' });
    expect(order).toEqual(['second', 'first']);
  });
});

describe('virtual time stands still while real I/O is under way', () => {
  let server: Server;
  let url: string;
  const opened = new PGlite();
  beforeAll(async () => {
    await opened.waitReady;
    server = createServer((_request, response) => void setTimeout(() => response.end('{}'), 400));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await opened.close();
    server.closeAllConnections();
    server.close();
  });
  const post = () => fetch(url, { method: 'POST' });

  test.each<[string, (effect: DoEffect) => Promise<unknown>]>([
    ['a fetch', post],
    ['two, one after the other on one connection', async () => [await post(), await post()]],
    ['a timer', () => delay(400)],
    ['a query', () => opened.query('select count(*) from generate_series(1, 100000)')],
    // Of WebAssembly that is compiled in the background nothing tells for sure but that.
    [
      'an effect, whatever it does',
      (effect) => effect('open', () => PGlite.create().then((own) => own.close())),
    ],
  ])('%s', async (_what, work) => {
    const pipeline = testPipeline(({ effect }) => routerOf(async () => void (await work(effect))));
    const startedAtMs = pipeline.nowMs;
    const eventId = await pipeline.deliver(EVENT);
    expect(pipeline.outcome(eventId)).toMatchObject({
      status: 'COMPLETED',
      attempts: [{ result: 'completed' }],
    });
    expect(pipeline.nowMs).toBe(startedAtMs);
  });

  test('and moves when a handler waits for nothing else, before and after I/O', async () => {
    for (const before of [async () => undefined, post]) {
      const pipeline = testPipeline(
        routerOf(async ({ signal }) => {
          await before();
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        }),
      );
      const startedAtMs = pipeline.nowMs;
      const eventId = await pipeline.deliver(EVENT);
      expect(pipeline.outcome(eventId).attempts).toMatchObject([
        { result: 'failed', error: { name: 'HandlerTimeoutError' } },
      ]);
      expect(pipeline.nowMs - startedAtMs).toBe(25_000 + 5_000);
    }
  });

  test('two pipelines at once keep apart, and fetch goes on', async () => {
    const names = ['a', 'b', 'c'];
    const outcomes = await Promise.all(
      names.map(async (name, index) => {
        const pipeline = testPipeline(
          routerOf(async () => {
            for (let n = 0; n <= index; n++) await fetch(`${url}/${name}`);
          }),
          name === 'b' ? { fetch: () => Response.json({}) } : {},
        );
        return pipeline.outcome(await pipeline.deliver(EVENT));
      }),
    );
    expect(outcomes.map(({ effects }) => effects.map((effect) => effect.name.at(-1)).join(''))).toEqual([
      'a',
      'bb',
      'ccc',
    ]);
    expect(await (await globalThis.fetch(url)).text()).toBe('{}');
  });
});

test('who fails for good is a dead letter at once', async () => {
  const pipeline = testPipeline(
    routerOf(() => {
      throw new NonRetryableError('no such customer');
    }),
  );
  const eventId = await pipeline.deliver(EVENT);
  expect(pipeline.outcome(eventId)).toMatchObject({
    status: 'DEAD-LETTERED',
    attempts: [{ result: 'failed', error: { retryable: false } }],
  });
});
