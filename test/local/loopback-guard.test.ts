import { once } from 'node:events';
import { connect } from 'node:net';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import { assembly } from '../support/assembly.ts';

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud({ assemblyDirectory: await assembly() });
});
afterAll(() => cloud?.stop());

/** Status and headers of an answer to a request whose headers are all the test's own. */
async function ask(url: URL, headers: Readonly<Record<string, string>>, method = 'POST') {
  const socket = connect(Number(url.port), '127.0.0.1');
  const lines = Object.entries({ 'content-length': '0', connection: 'close', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`${method} ${url.pathname} HTTP/1.1\r\n${head}\r\n`);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'close');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}

const engines = () =>
  Object.entries(cloud.exports).flatMap(([name, value]) =>
    /^AWS_ENDPOINT_URL_/.test(name) ? [new URL(value)] : [],
  );
const authorization = () => {
  const { AWS_ACCESS_KEY_ID: key = '' } = cloud.exports;
  return `AWS4-HMAC-SHA256 Credential=${key}/20260101/eu-central-2/sqs/aws4_request, SignedHeaders=host, Signature=00`;
};

describe('every engine and stand-in', () => {
  test('there are six', () => expect(engines()).toHaveLength(6));

  test.each<[string, (host: string) => Readonly<Record<string, string>>]>([
    ['a name that was rebound to this machine', () => ({ host: 'attacker.example:80' })],
    ['another port', () => ({ host: '127.0.0.1:1' })],
    ['an Origin', (host) => ({ host, origin: 'http://attacker.example' })],
    ['an Origin of this machine', (host) => ({ host, origin: `http://${host}` })],
    ['an Origin that is kept back', (host) => ({ host, origin: 'null' })],
    ['a request of a browser', (host) => ({ host, 'sec-fetch-site': 'cross-site' })],
    ['an address typed into a browser', (host) => ({ host, 'sec-fetch-site': 'none' })],
  ])('refuses %s, with the right credentials, and sends no CORS header', async (_, headersOf) => {
    for (const url of engines()) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const headers = { ...headersOf(url.host), authorization: authorization() };
        const { status, text } = await ask(url, headers, method);
        expect(status).toBe(403);
        expect(text).not.toMatch(/access-control/i);
      }
    }
  });

  test('refuses a request without a Host', async () => {
    // The HTTP parser itself, before anything of this project's.
    for (const url of engines()) expect((await ask(url, {})).status).toBe(400);
  });

  test('refuses other credentials than this run’s, and none', async () => {
    for (const url of engines()) {
      const { host } = url;
      const others = authorization().replace(/=LOCAL\w+/, '=LOCAL');
      for (const headers of [
        { host },
        { host, authorization: others },
        { host, authorization: 'Bearer x' },
      ]) {
        expect((await ask(url, headers)).status).toBe(403);
      }
      expect((await ask(url, { host, authorization: authorization() })).status).not.toBe(403);
    }
  });

  test('says why, in the SDK’s own error', async () => {
    const credentials = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' };
    const at = (name: string) => ({
      ...LOCAL_CLIENT,
      credentials,
      endpoint: cloud.exports[`AWS_ENDPOINT_URL_${name}`] ?? '',
    });
    const reason = {
      name: 'UnrecognizedClientException',
      message: "Refused: the credentials are not this run's. Take them from its exports file.",
    };
    const sqs = new SQSClient(at('SQS'));
    await expect(sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject(reason);
    const secrets = new SecretsManagerClient(at('SECRETS_MANAGER'));
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'x' }))).rejects.toMatchObject(reason);
    const sns = new SNSClient(at('SNS'));
    await expect(sns.send(new PublishCommand({ Message: 'x' }))).rejects.toMatchObject(reason);
    for (const client of [sqs, secrets, sns]) client.destroy();
  });
});

test('the webhook port answers under any name: tunnels send a foreign Host', async () => {
  const url = new URL(cloud.webhookUrl);
  const { status, text } = await ask(url, { host: 'a-tunnel.example' });
  expect(status).toBe(400);
  expect(text).toMatch(/missing_headers|"code"/);
});
