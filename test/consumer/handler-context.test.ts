import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import type { HandlerContext } from '../../lambdas/router/handler.ts';
import { EventRouter, NonRetryableError } from '../../lambdas/router/index.ts';
import { createConsumerHarness, FUNCTION_TIMEOUT_MS, redelivered } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { SYNC_COMPLETE } from './fixtures.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

const ID = 'msg_1';
const HOUR_MS = 3_600_000;

type Seen = Omit<HandlerContext<unknown>, 'event' | 'logger'>;

/** Two handlers that note what they are given and do as `behave` says. */
async function given(behave: (context: Seen) => void | Promise<void>) {
  const seen: Seen[] = [];
  const note = (context: Seen) => {
    seen.push(context);
    return behave(context);
  };
  const routes = new EventRouter().on('sync.complete', 'one', note).on('sync.complete', 'two', note);
  const harness = await createConsumerHarness(engines, { routes });
  const receivedAtMs = harness.clock.nowMs() - HOUR_MS;
  await harness.send(ID, SYNC_COMPLETE, { [MessageAttribute.RECEIVED_AT]: String(receivedAtMs) });
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing received');
  return { ...harness, seen, record, receivedAtMs };
}

test('the idempotency key is the event’s and the handler’s: the same at each attempt and after a redrive', async () => {
  const harness = await given(({ attempt }) => {
    throw attempt === 1 ? new Error('again') : new NonRetryableError('for good');
  });
  await harness.run([harness.record]);
  harness.clock.advance(HOUR_MS);
  expect(await harness.run([redelivered(harness.record)])).toEqual([]);
  const SentTimestamp = String(harness.clock.nowMs());
  const redriven = { ...harness.record, attributes: { ...harness.record.attributes, SentTimestamp } };
  await harness.run([redriven]);
  const keys = harness.seen.map(({ handler, attempt, idempotencyKey }) => [handler, attempt, idempotencyKey]);
  expect(keys).toEqual(
    [1, 2, 1].flatMap((attempt) => [
      ['one', attempt, `${ID}:one`],
      ['two', attempt, `${ID}:two`],
    ]),
  );
});

test('receivedAt is when ingest received the event, at each attempt', async () => {
  const harness = await given(() => {
    throw new Error('again');
  });
  await harness.run([harness.record]);
  harness.clock.advance(HOUR_MS);
  await harness.run([redelivered(harness.record)]);
  const times = harness.seen.map(({ receivedAt }) => receivedAt.getTime());
  expect(times).toEqual(Array(4).fill(harness.receivedAtMs));
});

test('deadline is the moment at which signal aborts, 5 s before the function’s own', async () => {
  const aborts: (readonly [wasAborted: boolean, isAborted: boolean])[] = [];
  const harness = await given(
    ({ deadline, signal, handler }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
        if (handler !== 'two') return;
        queueMicrotask(() => {
          harness.clock.advance(deadline.getTime() - harness.clock.nowMs() - 1);
          const wasAborted = signal.aborted;
          harness.clock.advance(1);
          // The abort is what the consumer does once its own wait has ended.
          setImmediate(() => aborts.push([wasAborted, signal.aborted]));
        });
      }),
  );
  const startedMs = harness.clock.nowMs();
  await harness.run([harness.record]);
  expect(harness.seen.map(({ deadline }) => deadline.getTime() - startedMs)).toEqual(
    Array(2).fill(FUNCTION_TIMEOUT_MS - 5_000),
  );
  expect(aborts).toEqual([[false, true]]);
});
