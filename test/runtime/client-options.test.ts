import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { clientOptions, withoutCallLogging } from '../../lambdas/runtime/client-options.ts';

const bounds = { connectTimeoutMs: 1_000, requestTimeoutMs: 1_000, maxAttempts: 1 };
const steps = (client: SQSClient | DynamoDBClient) =>
  client.middlewareStack.identify().map((step) => step.split(/[: ]/)[0]);

describe('a client without call logging', () => {
  test.each([
    ['SQS', SQSClient],
    ['DynamoDB', DynamoDBClient],
  ])('%s: lacks that step, and no other', (_name, Client) => {
    const client = () => new Client({ region: 'eu-west-1', ...clientOptions(bounds) });
    // Under another name in a newer SDK, the step would stay without a word.
    expect(steps(client())).toContain('loggerMiddleware');
    expect(steps(withoutCallLogging(client()))).toEqual(
      steps(client()).filter((step) => step !== 'loggerMiddleware'),
    );
  });
});
