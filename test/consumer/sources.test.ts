import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openAi } from '../../lambdas/events/sources.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import { createConsumerHarness } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { spy } from './fixtures.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

const ID = 'openai:msg_1';
const BODY = '{"type":"response.completed","data":{"id":"resp_1"}}';
const ATTRIBUTES = { 'event-type': 'openai:response.completed' };

test('an event of a source that this consumer does not know yet goes back, and is not completed', async () => {
  const harness = await createConsumerHarness(engines, {
    routes: new EventRouter().onAny('audit', () => undefined),
    policy: { maxReceiveCount: 2 },
  });
  await harness.send(ID, BODY, ATTRIBUTES);
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing received');
  expect(await harness.run([record])).toEqual([record.messageId]);
  expect(await harness.dependencies.ledger.read(ID)).toBeUndefined();
  expect(harness.counted).toEqual([{ name: 'deferred' }]);
  expect(harness.lines).toMatchObject([{ level: 'error', keys: { event_id: ID } }]);

  // Never known: it ends on the dead-letter queue with the reason.
  const last = { ...record, attributes: { ...record.attributes, ApproximateReceiveCount: '2' } };
  expect(await harness.run([last])).toEqual([]);
  const [letter] = await harness.deadLetters();
  expect(letter?.failure).toMatchObject({
    reason: 'receive-limit',
    message: 'no handlers are registered for the source openai',
  });
});

test('an event without a type that can be told is of no known type of its source', async () => {
  const one = spy();
  const router = new EventRouter();
  router
    .from('openai', openAi)
    .on('response.completed', 'one', one.handler)
    .onAny('all', () => undefined);
  const harness = await createConsumerHarness(engines, { routes: router });
  // As if somebody had put it there by hand, under a type of Supaglue's.
  await harness.send(ID, BODY, { 'event-type': 'sync.complete' });
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing received');
  expect(await harness.run([record])).toEqual([]);
  expect(await harness.dependencies.ledger.read(ID)).toMatchObject({
    status: 'COMPLETED',
    event_type: 'openai:unknown',
    handlers: { all: expect.any(Number) },
  });
  expect(one.attempts).toEqual([]);
});
