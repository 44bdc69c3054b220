import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createChannelSender } from '../../lambdas/alerts/delivery.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import type { Service } from '../../local/services/service.ts';
import { startSns } from '../../local/services/sns.ts';
import { contextOf } from '../router/handler-context.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { startWireProxy, type WireProxy } from '../support/wire-proxy.ts';
import { alertOf } from './notice.ts';

const TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:alerts';
const before = { ...process.env };
let engines: TestEngines;
let sns: Service;
let proxy: WireProxy;
/** Of these operations nobody answers the first attempt. */
let unanswered: readonly string[];
const arrivals = new EventEmitter();
let environment: Record<string, string>;

beforeAll(async () => {
  // The engine alone: the refused claim has no item, which AWS would return.
  engines = await startEngines({ returnItemsOnRefusedWrite: false });
  sns = await startSns([{ arn: TOPIC_ARN, subscriptions: [] }], () => {});
  proxy = await startWireProxy({
    intercept({ operation, isRetry }) {
      arrivals.emit(operation);
      if (!unanswered.includes(operation)) return 'forward';
      return isRetry ? 'drop' : new Promise<never>(() => {});
    },
  });
  proxy.forwardTo(engines.dynamoDbEndpoint);
  environment = {
    ALERT_TOPIC_ARN: TOPIC_ARN,
    ALERT_WINDOW_SECONDS: '3600',
    LEDGER_TABLE_NAME: await engines.createLedgerTable(),
  };
  Object.assign(process.env, LOCAL_IDENTITY_ENVIRONMENT, {
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
    AWS_ENDPOINT_URL_SNS: sns.endpoint,
  });
});
afterAll(async () => {
  process.env = before;
  await Promise.all([proxy.stop(), sns.stop(), engines.stopAll()]);
});
beforeEach(() => {
  unanswered = [];
  proxy.calls.length = 0;
});

const send = (eventId: string, signal = new AbortController().signal) =>
  createChannelSender('topic', environment)(alertOf({ eventId }), contextOf({}, { eventId, signal }));
const operations = () => proxy.calls.map(({ operation }) => operation);

test('an alert claims and confirms; the next of its window is refused, looked up and counted', async () => {
  await send('msg_example_0001');
  expect(operations()).toEqual(['UpdateItem', 'UpdateItem']);
  proxy.calls.length = 0;
  await send('msg_example_0002');
  expect(operations()).toEqual(['UpdateItem', 'GetItem', 'UpdateItem']);
});

test('a claim that nobody answers is sent twice', async () => {
  unanswered = ['UpdateItem'];
  await expect(send('msg_example_0003')).rejects.toThrow();
  expect(proxy.calls.map(({ isRetry }) => isRetry)).toEqual([false, true]);
});

test.each(['UpdateItem', 'GetItem'])('the handler’s time ends a call: %s', async (operation) => {
  unanswered = [operation];
  const stop = new AbortController();
  const arrival = once(arrivals, operation);
  const failure = expect(send('msg_example_0004', stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  await arrival;
  stop.abort();
  await failure;
  expect(proxy.calls.at(-1)).toMatchObject({ operation, isRetry: false });
});
