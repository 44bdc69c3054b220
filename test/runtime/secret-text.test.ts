import { once } from 'node:events';
import process from 'node:process';
import { expect, test } from '@jest/globals';
import { readSecretText } from '../../lambdas/runtime/secret-text.ts';
import { LOCAL_REGION } from '../../local/identity.ts';
import { listenOnLoopback } from '../../local/loopback-server.ts';

test('an answer whose body never comes is given up after four seconds, and its connection ended', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  const server = await listenOnLoopback((_request, response) => {
    closed = once(response, 'close');
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '100' });
    response.flushHeaders();
  });
  Object.assign(process.env, {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
  });
  const startedMs = performance.now();
  await expect(readSecretText('database')).rejects.toThrow();
  expect(performance.now() - startedMs).toBeGreaterThan(3_900);
  await closed;
  await server.close();
});
