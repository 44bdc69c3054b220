import process from 'node:process';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createConsumerHandler } from '../../lambdas/consumer/create-consumer-handler.ts';
import { parseRetryPolicy } from '../../lambdas/consumer/policy.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/identity.ts';
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

test('the entry’s numbers are those of the variables: retention of the ledger, base of the backoff', async () => {
  const harness = await createConsumerHarness(engines);
  Object.assign(process.env, {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoDbEndpoint,
    AWS_ENDPOINT_URL_SQS: engines.sqsEndpoint,
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const routes = new EventRouter().on('sync.complete', 'failing', () => {
    throw new Error('not yet');
  });
  const { tableName, queues, dependencies } = harness;
  const handler = createConsumerHandler(routes, {
    ...NUMBERS,
    LEDGER_TABLE_NAME: tableName,
    QUEUE_URL: queues.queueUrl,
    DEAD_LETTER_QUEUE_URL: queues.deadLetterQueueUrl,
    ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
  });
  await harness.send('msg_wired', SYNC_COMPLETE);
  const Records = await harness.receive();
  const context = { awsRequestId: 'one', getRemainingTimeInMillis: () => 35_000 } as Context;
  const { batchItemFailures } = await handler({ Records }, context);
  expect(batchItemFailures).toHaveLength(1);
  const record = await dependencies.ledger.read('msg_wired');
  if (record === undefined) throw new Error('nothing recorded');
  const { updated_at_ms, expires_at, not_before_ms = 0 } = record;
  expect(expires_at).toBe(Math.ceil(updated_at_ms / 1_000) + 29 * 86_400);
  const delaySeconds = (not_before_ms - updated_at_ms) / 1_000;
  expect(delaySeconds).toBeGreaterThanOrEqual(300);
  expect(delaySeconds).toBeLessThanOrEqual(600);

  // A batch that only makes a letter has no metrics left to write, and no warning is written for that.
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const stdout = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await harness.send(undefined, SYNC_COMPLETE);
  const answer = await handler({ Records: await harness.receive() }, context);
  const written = [stderr, stdout].flatMap(({ mock }) => mock.calls.map(([text]) => String(text)));
  stderr.mockRestore();
  stdout.mockRestore();
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(written.filter((text) => text.includes('No application metrics'))).toEqual([]);
});
