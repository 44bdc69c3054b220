import process from 'node:process';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { eventLogger } from '../../lambdas/consumer/event-logger.ts';
import { createLazyQueue } from '../../lambdas/consumer/lazy-queue.ts';
import { createLedgerClient, primeLedgerClient } from '../../lambdas/consumer/ledger-client.ts';
import { createHandlerLogger } from '../../lambdas/consumer/powertools-logger.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function recorder() {
  const lines: unknown[][] = [];
  const log =
    (level: string) =>
    (...line: unknown[]) => {
      lines.push([level, ...line]);
    };
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  return { lines, logger };
}

test('Powertools is given what there is, at the level that was asked for', () => {
  const { lines, logger } = recorder();
  const handlerLogger = createHandlerLogger(logger as unknown as Logger);
  const error = new Error('x');
  for (const level of LEVELS) handlerLogger[level]('said');
  handlerLogger.info('said', { a: 1 });
  handlerLogger.info('said', error);
  expect(lines).toStrictEqual([
    ...LEVELS.map((level) => [level, 'said']),
    ['info', 'said', { a: 1 }],
    ['info', 'said', error],
  ]);
});

test('each line of a handler names its event, whatever else it says', () => {
  const { lines, logger } = recorder();
  const named = eventLogger(logger, 'msg_1', 'one');
  const error = new Error('x');
  for (const level of LEVELS) named[level]('said', { event_id: 'another', a: 1 });
  named.info('said');
  named.info('said', error);
  const names = { event_id: 'msg_1', handler: 'one' };
  expect(lines).toStrictEqual([
    ...LEVELS.map((level) => [level, 'said', { a: 1, ...names }]),
    ['info', 'said', names],
    ['info', 'said', { error, ...names }],
  ]);
});

test('a lazy queue is opened at its first call, once', async () => {
  const calls: unknown[][] = [];
  let opened = 0;
  const queue = createLazyQueue(async () => {
    opened += 1;
    return {
      hide: async (...args) => void calls.push(args),
      copyToDeadLetters: async (...args) => void calls.push(args),
    };
  });
  expect(opened).toBe(0);
  await queue.hide('r', 5);
  await queue.copyToDeadLetters({} as never, 'why');
  expect(opened).toBe(1);
  expect(calls).toEqual([
    ['r', 5],
    [{}, 'why'],
  ]);
});

describe('the ledger’s client', () => {
  test('asks twice, and puts the steps of a call together once', async () => {
    const client = createLedgerClient();
    expect(await client.config.maxAttempts()).toBe(2);
    expect(client.config.cacheMiddleware).toBe(true);
    client.destroy();
  });

  test.each([
    ['a client', true, undefined],
    ['a table', false, 'ledger'],
  ])('is not primed without both, with %s alone', async (_what, hasClient, tableName) => {
    let calls = 0;
    const send = async () => {
      calls += 1;
    };
    const client = { send } as unknown as DynamoDBClient;
    await primeLedgerClient(hasClient ? client : undefined, tableName);
    expect(calls).toBe(0);
  });

  test('leaves no timer once it is primed', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    let calls = 0;
    const send = async () => {
      calls += 1;
    };
    await primeLedgerClient({ send } as unknown as DynamoDBClient, 'ledger');
    expect([calls, timers()]).toEqual([1, before]);
  });
});
