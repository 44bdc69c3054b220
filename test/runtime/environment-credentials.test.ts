import process from 'node:process';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from '@jest/globals';
import { defaultProvider } from '../../lambdas/runtime/environment-credentials.ts';
import { listenOnLoopback, readBody } from '../../local/loopback-server.ts';

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

test('a role’s session token is sent and signed: without it AWS refuses every call of a function', async () => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'key-of-the-role',
    AWS_SECRET_ACCESS_KEY: 'word-of-the-role',
    AWS_SESSION_TOKEN: 'token-of-the-role',
  });
  const seen: (readonly [token: unknown, authorization: unknown])[] = [];
  const server = await listenOnLoopback(async (request, response) => {
    seen.push([request.headers['x-amz-security-token'], request.headers['authorization']]);
    await readBody(request);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    endpoint: server.url,
    credentials: defaultProvider(),
  });
  await client.send(new GetItemCommand({ TableName: 'any', Key: { event_id: { S: 'any' } } }));
  client.destroy();
  await server.close();
  expect(seen).toEqual([
    [
      'token-of-the-role',
      expect.stringMatching(/Credential=key-of-the-role\/.*SignedHeaders=[^,]*x-amz-security-token/),
    ],
  ]);
});

test.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
  'without %s there are no credentials',
  async (name) => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'word', [name]: '' });
    await expect(defaultProvider()()).rejects.toThrow('no AWS credentials in the environment');
  },
);
