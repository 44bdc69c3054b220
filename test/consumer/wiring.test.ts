import process from 'node:process';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createConsumerHandler } from '../../lambdas/consumer/create-consumer-handler.ts';
import { parseRetryPolicy } from '../../lambdas/consumer/policy.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { createConsumerHarness } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { SYNC_COMPLETE } from './fixtures.ts';

/** No two alike, so that none can stand for another. */
const NUMBERS = {
  MAX_ATTEMPTS: '3',
  MAX_RECEIVE_COUNT: '47',
  BACKOFF_BASE_SECONDS: '600',
  BACKOFF_CAP_SECONDS: '1500',
  QUEUE_RETENTION_SECONDS: '345600',
  LEDGER_RETENTION_DAYS: '29',
  ALERT_WINDOW_SECONDS: '1700',
} as const;

test('each number of the retry policy is read from the variable of its name', () => {
  expect(parseRetryPolicy(NUMBERS)).toEqual({
    maxAttempts: 3,
    maxReceiveCount: 47,
    backoffBaseMs: 600_000,
    backoffCapMs: 1_500_000,
    queueRetentionMs: 345_600_000,
  });
});

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

/** The function's entry on real engines. */
async function entryOf(routes: EventRouter, variables: Readonly<Record<string, string>> = {}) {
  const harness = await createConsumerHarness(engines);
  Object.assign(process.env, {
    ...LOCAL_IDENTITY_ENVIRONMENT,
    AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoDbEndpoint,
    AWS_ENDPOINT_URL_SQS: engines.sqsEndpoint,
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
  const { tableName, queues } = harness;
  const handler = createConsumerHandler(routes, {
    ...NUMBERS,
    LEDGER_TABLE_NAME: tableName,
    QUEUE_URL: queues.queueUrl,
    DEAD_LETTER_QUEUE_URL: queues.deadLetterQueueUrl,
    ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
    ...variables,
  });
  /** Its answer to what waits on the queue, and all that it wrote meanwhile. */
  const runBatch = async () => {
    const Records = await harness.receive();
    const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const stdout = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const answer = await handler({ Records }, context);
      return {
        answer,
        written: [stderr, stdout].flatMap(({ mock }) => mock.calls.map(([text]) => String(text))),
      };
    } finally {
      stderr.mockRestore();
      stdout.mockRestore();
    }
  };
  return { ...harness, handler, runBatch };
}

const context = { awsRequestId: 'one', getRemainingTimeInMillis: () => 35_000 } as Context;

test('the entry’s numbers are those of the variables: retention of the ledger, base of the backoff', async () => {
  const routes = new EventRouter().on('sync.complete', 'failing', () => {
    throw new Error('not yet');
  });
  const { send, runBatch, dependencies } = await entryOf(routes);
  await send('msg_wired', SYNC_COMPLETE);
  const failed = await runBatch();
  expect(failed.answer.batchItemFailures).toHaveLength(1);
  // Its lines are found by the request that Lambda's own are found by.
  expect(failed.written.join('')).toMatch(/"message":"handler failed".*"function_request_id":"one"/);
  const record = await dependencies.ledger.read('msg_wired');
  if (record === undefined) throw new Error('nothing recorded');
  const { updated_at_ms, expires_at, not_before_ms = 0 } = record;
  expect(expires_at).toBe(Math.ceil(updated_at_ms / 1_000) + 29 * 86_400);
  const delaySeconds = (not_before_ms - updated_at_ms) / 1_000;
  expect(delaySeconds).toBeGreaterThanOrEqual(300);
  expect(delaySeconds).toBeLessThanOrEqual(600);

  // A batch that only makes a letter has no metrics left to write, and no warning is written for that.
  await send(undefined, SYNC_COMPLETE);
  const { answer, written } = await runBatch();
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(written.filter((text) => text.includes('No application metrics'))).toEqual([]);
});

test('the entry tells its handlers, as the synthesis and tests of handlers ask for them', async () => {
  const routes = new EventRouter().on('sync.complete', 'one', () => undefined);
  const { handler } = await entryOf(routes);
  expect(handler.registrations()).toEqual(routes.registrations());
  expect(handler.routes).toBe(routes);
});

test.each([
  ['true', ['msg_1']],
  ['false', ['msg_1', 'msg_2']],
])('of two events that tell the same, with RECONCILES %s, %j run', async (RECONCILES, expected) => {
  const ran: string[] = [];
  const routes = new EventRouter().on('sync.complete', 'one', ({ eventId }) => void ran.push(eventId));
  const { send, runBatch } = await entryOf(routes, { RECONCILES });
  for (const id of ['msg_1', 'msg_2']) {
    await send(id, SYNC_COMPLETE);
    expect((await runBatch()).answer).toEqual({ batchItemFailures: [] });
  }
  expect(ran).toEqual(expected);
});
