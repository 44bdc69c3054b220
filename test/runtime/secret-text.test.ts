import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import process from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readSecretText, readStoredText } from '../../lambdas/runtime/secret-text.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { listenOnLoopback } from '../../local/loopback-server.ts';

/** Stands where Secrets Manager is: its refusals and silences come at will. */
let server: Awaited<ReturnType<typeof listenOnLoopback>>;
let respond: (response: ServerResponse) => void;
let requests = 0;

beforeAll(async () => {
  server = await listenOnLoopback((_request, response) => {
    requests += 1;
    respond(response);
  });
  Object.assign(process.env, LOCAL_IDENTITY_ENVIRONMENT, { AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url });
});
afterAll(() => server.close());
beforeEach(() => {
  requests = 0;
});

function answers(status: number, body: object): void {
  respond = (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  };
}

test('an answer whose body never comes is given up after four seconds, and its connection ended', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  respond = (response) => {
    closed = once(response, 'close');
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '100' });
    response.flushHeaders();
  };
  const startedMs = performance.now();
  await expect(readSecretText('database')).rejects.toThrow();
  expect(performance.now() - startedMs).toBeGreaterThan(3_900);
  await closed;
});

test('what is not answered at all is asked for twice', async () => {
  respond = () => {};
  await expect(readSecretText('database')).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(requests).toBe(2);
});

describe('the stored text', () => {
  test.each([
    ['is told without the white space around it', { SecretString: ' value-of-a-test\n' }, 'value-of-a-test'],
    ['is none when it is empty', { SecretString: '' }, undefined],
    ['is none in a secret of bytes', { SecretBinary: 'AAAA' }, undefined],
  ])('%s', async (_what, body, text) => {
    answers(200, body);
    expect(await readSecretText('database')).toBe(text);
    expect(await readStoredText('database')).toBe(text);
  });

  test('is none in a secret without a value, where that is asked for; any other refusal is thrown', async () => {
    answers(400, { __type: 'ResourceNotFoundException', message: 'no value' });
    await expect(readSecretText('database')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await readStoredText('database')).toBeUndefined();
    answers(400, { __type: 'AccessDeniedException', message: 'not yours' });
    await expect(readStoredText('database')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
