import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { itemBytes } from '../../bench/cost/stack-facts.ts';
import { checkHandlerCounts } from '../../lambdas/consumer/handler-limit.ts';
import { MessageAttribute, PING_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import { samples } from '../../lambdas/events/samples.ts';
import {
  completeUpdate,
  failForGoodUpdate,
  failRetryableUpdate,
  longestUpdateBytes,
  releaseAfterLeaseUpdate,
  releaseUpdate,
} from '../../lambdas/ledger/update-expressions.ts';
import { EventRouter, NonRetryableError } from '../../lambdas/router/index.ts';
import { createConsumerHarness, redelivered } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { SYNC_COMPLETE } from './fixtures.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

const ID = 'm'.repeat(128);
/** As many as DynamoDB lets one expression tell of. */
const MOST_HANDLERS = 166;
/** 400 KB, names and values together. */
const MAX_ITEM_BYTES = 400 * 1024;

const named = (count: number, name = 'handler') =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

describe('handlers of one event', () => {
  const byType = (count: number) => ({ byType: { 'sync.complete': named(count) }, any: [] });

  test('are refused from the 167th, with their number and what they would make', () => {
    expect(() => checkHandlerCounts(byType(MOST_HANDLERS))).not.toThrow();
    expect(() => checkHandlerCounts(byType(MOST_HANDLERS + 1))).toThrow(
      `167 handlers of sync.complete are too many: an UpdateExpression of ${longestUpdateBytes(167)} bytes`,
    );
    expect(longestUpdateBytes(MOST_HANDLERS)).toBeLessThanOrEqual(4_096);
    expect(longestUpdateBytes(MOST_HANDLERS + 1)).toBeGreaterThan(4_096);
  });

  test('are counted with those of any event, and those alone', () => {
    const any = named(160, 'any');
    expect(() => checkHandlerCounts({ byType: { 'sync.complete': named(6) }, any })).not.toThrow();
    expect(() => checkHandlerCounts({ byType: { 'sync.complete': named(7) }, any })).toThrow('167 handlers');
    expect(() => checkHandlerCounts({ byType: {}, any: named(167) })).toThrow('167 handlers of any');
  });

  test('make no longer expression than the one that is looked at', () => {
    for (const count of [0, 1, 7, MOST_HANDLERS]) {
      const completion = { handlerCount: count, sets: ['notes', 'failures'] as const, keepsAttempts: false };
      for (const build of [
        () => completeUpdate(completion),
        failRetryableUpdate,
        failForGoodUpdate,
        releaseUpdate,
        releaseAfterLeaseUpdate,
      ]) {
        expect(build(count).UpdateExpression.length).toBeLessThanOrEqual(longestUpdateBytes(count));
      }
    }
  });
});

test('the most handlers, failing with the longest texts for as long as they may, fit an item', async () => {
  const longest = '\u{30A2}'.repeat(2_000);
  const names = Array.from({ length: MOST_HANDLERS }, (_, index) => `${index}`.padStart(64, 'h'));
  const routes = new EventRouter();
  for (const name of names) {
    routes.on('sync.complete', name, ({ attempt }) => {
      const isLast = attempt > 1 || name !== names[0];
      const error = isLast ? new NonRetryableError(longest, { code: longest }) : new Error(longest);
      Object.assign(error, { name: longest, stack: `Error\n${named(6, `    at ${longest}`).join('\n')}` });
      throw error;
    });
  }
  const harness = await createConsumerHarness(engines, { routes });
  const body = JSON.stringify({ ...JSON.parse(SYNC_COMPLETE), customer_id: longest, provider_name: longest });
  let largest = 0;
  harness.breakTable((table) => ({
    ...table,
    async updateItem(input) {
      const answer = await table.updateItem(input);
      const record = await harness.dependencies.ledger.read(ID);
      largest = Math.max(largest, Buffer.byteLength(JSON.stringify(record)), jsonBytes(record));
      return answer;
    },
  }));
  await harness.send(ID, body, { [MessageAttribute.RECEIVED_AT]: '1' });
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing received');
  expect(await harness.run([record])).toEqual([record.messageId]);
  harness.clock.advance(3_600_000);
  expect(await harness.run([redelivered(record)])).toEqual([]);
  expect((await harness.deadLetters()).map(({ failure }) => failure.reason)).toEqual(['permanent']);
  expect(largest).toBeGreaterThan(100 * 1024);
  expect(largest).toBeLessThan(MAX_ITEM_BYTES);
});

/** More than DynamoDB counts: its JSON has a type beside each value. */
function jsonBytes(record: unknown): number {
  return Buffer.byteLength(JSON.stringify(marshall(record, { removeUndefinedValues: true })));
}

describe('three failures', () => {
  const longest = 'a text that tells all there is to tell, '.repeat(20);
  const stack = named(6, '    at Object.handle (/var/task/app/handlers/transform-synced-data.ts:12:9').join(
    '\n',
  );
  const { [PING_EVENT_TYPE]: _, ...handled } = samples;
  const eventTypes = Object.keys(handled) as (keyof typeof handled)[];

  test.each(eventTypes)(
    'of %s and their item take one write unit, and the last says the most',
    async (type) => {
      const routes = new EventRouter().on(type, 'transform-synced-data', () => {
        const error = new Error(longest, { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) });
        throw Object.assign(error, { name: 'ConditionalCheckFailedException', stack: `Error\n${stack}` });
      });
      const harness = await createConsumerHarness(engines, { routes, policy: { maxAttempts: 9 } });
      const id = 'msg_2f9cK1mQxYzAbCdEfGhIjKlMnOp';
      const sizes: number[] = [];
      await harness.send(id, JSON.stringify(samples[type]), {
        [MessageAttribute.RECEIVED_AT]: '1795392000123',
      });
      const [record] = await harness.receive();
      if (record === undefined) throw new Error('nothing received');
      for (let attempt = 1; attempt <= 4; attempt++) {
        await harness.run([redelivered(record, attempt)]);
        sizes.push(itemBytes(marshall(await harness.dependencies.ledger.read(id))));
        harness.clock.advance(3_600_000);
        if (attempt > 1) continue;
        const [failure] = (await harness.dependencies.ledger.read(id))?.failures ?? [];
        expect(failure?.stack).toContain('transform-synced-data.ts:12:9');
        expect(failure?.message).toHaveLength(200);
      }
      expect(sizes).toHaveLength(4);
      // The claim that follows holds a lease besides.
      expect(Math.max(...sizes.slice(0, 3)) + 30).toBeLessThanOrEqual(1_024);
    },
  );
});

test('an item that DynamoDB refuses for its size loses no event: the message ends with its reason on the dead-letter queue', async () => {
  const routes = new EventRouter().on('sync.complete', 'failing', () => {
    throw new NonRetryableError('for good');
  });
  const harness = await createConsumerHarness(engines, { routes });
  harness.breakTable((table) => ({
    ...table,
    updateItem: (input) =>
      input.UpdateExpression?.includes('failures') === true
        ? Promise.reject(
            Object.assign(new Error('Item size to update has exceeded the maximum allowed size'), {
              name: 'ValidationException',
              $fault: 'client',
            }),
          )
        : table.updateItem(input),
  }));
  await harness.send('msg_large', SYNC_COMPLETE);
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing received');
  expect(await harness.run([record])).toEqual([record.messageId]);
  harness.clock.advance(3_600_000);
  await harness.run([redelivered(record, 50)]);
  expect((await harness.deadLetters()).map(({ failure }) => [failure.reason, failure.message])).toEqual([
    ['receive-limit', expect.stringContaining('Item size')],
  ]);
});

describe('names that every JavaScript object has', () => {
  const inherited = Object.getOwnPropertyNames(Object.prototype);

  test.each(inherited)('%s is refused as a handler and as a type of one’s own', (name) => {
    expect(() => new EventRouter().onAny(name, () => {})).toThrow('a property of every JavaScript object');
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } };
    expect(() => new EventRouter().define(name as 'own', schema as never)).toThrow('reserved');
  });

  test.each(inherited)('an event of type and customer %s is an event like any other', async (name) => {
    const types: unknown[] = [];
    const routes = new EventRouter().onAny('audit', ({ event }) => {
      types.push(event.webhook_event_type);
    });
    const harness = await createConsumerHarness(engines, { routes });
    await harness.send(
      'msg_named',
      `{"webhook_event_type":"${name}","customer_id":"${name}","provider_name":"${name}"}`,
    );
    expect(await harness.run(await harness.receive())).toEqual([]);
    expect(types).toEqual([name]);
    expect(await harness.dependencies.ledger.read('msg_named')).toMatchObject({
      status: 'COMPLETED',
      event_type: name,
      customer_id: name,
      provider_name: name,
      handlers: { audit: expect.any(Number) },
    });
  });
});
