import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../lambdas/consumer/clock.ts';
import { createLedgerClient, primeLedgerClient } from '../../lambdas/consumer/ledger-client.ts';
import { persist } from '../../lambdas/consumer/persist.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { patienceMs } from '../support/slowness.js';
import { startWireProxy } from '../support/wire-proxy.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
  Object.assign(process.env, LOCAL_IDENTITY_ENVIRONMENT);
});
afterAll(() => engines.stopAll());

function clientOf(endpoint: string) {
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  return createLedgerClient();
}

test.each([
  ['there is no such table', () => engines.dynamoDbEndpoint],
  ['nobody listens', () => 'http://127.0.0.1:9'],
])('priming resolves although %s', async (_name, endpoint) => {
  const client = clientOf(endpoint());
  await expect(primeLedgerClient(client, 'no-such-table')).resolves.toBeUndefined();
  client.destroy();
});

test('priming reads an item that no event can have', async () => {
  const proxy = await startWireProxy();
  proxy.forwardTo(engines.dynamoDbEndpoint);
  const client = clientOf(proxy.endpoint);
  const TableName = await engines.createLedgerTable();
  await primeLedgerClient(client, TableName);
  expect(proxy.calls.map(({ operation, body }) => [operation, JSON.parse(body)])).toEqual([
    ['GetItem', { TableName, Key: { event_id: { S: '.prime' } } }],
  ]);
  client.destroy();
  await proxy.stop();
});

test('priming waits for a table that does not answer for a second, and its client works afterwards', async () => {
  let answer = () => {};
  const held = new Promise<'forward'>((resolve) => {
    answer = () => resolve('forward');
  });
  const proxy = await startWireProxy({
    intercept: ({ operation }) => (operation === 'GetItem' ? held : 'forward'),
  });
  proxy.forwardTo(engines.dynamoDbEndpoint);
  const client = clientOf(proxy.endpoint);
  const TableName = await engines.createLedgerTable();
  const startedMs = performance.now();
  await primeLedgerClient(client, TableName);
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeGreaterThan(950);
  // The call itself would have taken two requests of 1.5 s to give up.
  expect(tookMs).toBeLessThan(patienceMs(2_500));
  answer();
  // Its two requests of 1.5 s may both run out on a busy machine: it goes on, as the consumer does.
  const write = async () => {
    await client.send(new UpdateItemCommand({ TableName, Key: { event_id: { S: 'msg_1' } } }));
    return 'written' as const;
  };
  const untilMs = Date.now() + patienceMs(20_000);
  expect(await persist(write, { clock: systemClock, untilMs })).toBe('written');
  client.destroy();
  await proxy.stop();
});
