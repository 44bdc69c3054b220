import { once } from 'node:events';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from '@jest/globals';
import { createSecretFetcher, SECRETS_MANAGER_BOUNDS } from '../../lambdas/ingest/secrets-manager.ts';
import { clientOptions } from '../../lambdas/runtime/client-options.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/identity.ts';
import { listenOnLoopback } from '../../local/loopback-server.ts';

test('an answer whose body never comes is given up after four seconds, and its connection ended', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  const server = await listenOnLoopback((_request, response) => {
    closed = once(response, 'close');
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '100' });
    response.flushHeaders();
  });
  const client = new SecretsManagerClient({
    ...clientOptions(SECRETS_MANAGER_BOUNDS),
    endpoint: server.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const startedMs = performance.now();
  await expect(createSecretFetcher(client, 'signing-secret')()).rejects.toThrow();
  expect(performance.now() - startedMs).toBeGreaterThan(3_900);
  await closed;
  client.destroy();
  await server.close();
});
