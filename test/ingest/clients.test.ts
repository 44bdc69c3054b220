import {
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from '@jest/globals';
import { createEnqueue, createQueueClient } from '../../lambdas/ingest/queue.ts';
import { createSecretFetcher, SECRETS_MANAGER_BOUNDS } from '../../lambdas/ingest/secrets-manager.ts';
import { clientOptions } from '../../lambdas/runtime/client-options.ts';
import { attemptsOfUnanswered } from '../support/unanswered-call.ts';

test('the queue’s client asks three times, puts its steps together once, and computes no MD5', async () => {
  const client = createQueueClient();
  expect(await client.config.maxAttempts()).toBe(3);
  expect(client.config).toMatchObject({ cacheMiddleware: true, md5: false });
  client.destroy();
});

test('what the queue does not answer is given up and sent again, three times in all', async () => {
  const attempts = await attemptsOfUnanswered('AWS_ENDPOINT_URL_SQS', (endpoint) =>
    createEnqueue(createQueueClient(), `${endpoint}/q`)(
      { MessageBody: 'b', MessageAttributes: {} },
      () => {},
    ),
  );
  expect(attempts.map(({ operation }) => operation)).toEqual(Array(3).fill('SendMessage'));
});

test('calls really end', () => {
  expect(clientOptions(SECRETS_MANAGER_BOUNDS)).toEqual({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
  });
});

test('at the deadline the connection is closed, and not before', async () => {
  const did: string[] = [];
  const client = { send: async () => did.push('send'), destroy: () => did.push('destroy') } as never;
  let pass = () => {};
  await createEnqueue(client, 'main')({ MessageBody: 'b' } as never, (callback) => {
    pass = callback;
  });
  expect(did).toEqual(['send']);
  pass();
  expect(did).toEqual(['send', 'destroy']);
});

const fetchFrom = (answer: () => unknown) => {
  const sent: { readonly input: unknown }[] = [];
  const send = async (command: { readonly input: unknown }) => {
    sent.push(command);
    return answer();
  };
  return { sent, fetchSecret: createSecretFetcher({ send } as unknown as SecretsManagerClient, 'arn') };
};
const failing = (error: Error) => () => {
  throw error;
};
const details = { message: 'm', $metadata: {} };

test('the stored text is the secret', async () => {
  const { sent, fetchSecret } = fetchFrom(() => ({ SecretString: 's' }));
  expect(await fetchSecret()).toBe('s');
  expect(sent.map(({ input }) => input)).toEqual([{ SecretId: 'arn' }]);
});

test.each([
  ['no such secret', new ResourceNotFoundException(details)],
  ['one that is marked for deletion', new InvalidRequestException(details)],
])('there is none with %s', async (_what, error) => {
  expect(await fetchFrom(failing(error)).fetchSecret()).toBeUndefined();
});

test('any other refusal is no answer', async () => {
  await expect(fetchFrom(failing(new Error('denied'))).fetchSecret()).rejects.toThrow('denied');
});
