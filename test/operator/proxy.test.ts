import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { postEvent } from '../../operator/core/post-event.ts';
import { proxyAgent, takesProxies, unusedProxy } from '../../operator/core/proxy.ts';
import { patienceMs } from '../support/slowness.js';
import { runBin, temporaryDirectory } from './support/cli.ts';

/** A proxy that writes down whom it is asked for, and lets nobody through. */
const asked: string[] = [];
const proxy = createServer().on('connect', ({ url = '' }, socket) => {
  asked.push(url);
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
});
let directory: string;
let proxyUrl: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterAll(async () => {
  proxy.close();
  await rm(directory, { recursive: true });
});

test('a command on a stack goes by HTTPS_PROXY where Node.js can, and says so where it cannot', async () => {
  const environment = {
    // Its own endpoint could be reached: a name that nobody has is asked for in its place.
    AWS_ENDPOINT_URL: 'https://aws.invalid',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    HTTPS_PROXY: proxyUrl,
  };
  const { code, stdout, stderr } = await runBin('webhooks.ts', ['doctor', '--stack', 'Prod'], {
    directory,
    environment,
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  if (takesProxies()) expect(new Set(asked)).toEqual(new Set(['aws.invalid:443']));
  else
    expect(stderr).toMatch(/^error: no connection .*; HTTPS_PROXY is used from Node\.js 22\.21 or 24\.5 on/m);
});

test('the signed request goes the same way', async () => {
  asked.length = 0;
  const signed = { id: 'msg_1', timestamp: '1', signature: 'v1,x', body: Buffer.from('{}') };
  const before = { ...proxyAgent.proxyEnv };
  Object.assign(proxyAgent.proxyEnv, { HTTPS_PROXY: proxyUrl });
  await expect(
    postEvent('https://api.invalid/webhooks', signed, AbortSignal.timeout(patienceMs(20_000))),
  ).rejects.toThrow();
  delete proxyAgent.proxyEnv['HTTPS_PROXY'];
  Object.assign(proxyAgent.proxyEnv, before);
  expect(asked).toEqual(takesProxies() ? ['api.invalid:443'] : []);
});

test.each([
  ['20.20.2', false],
  ['22.20.0', false],
  ['22.21.0', true],
  ['23.11.0', false],
  ['24.4.1', false],
  ['24.5.0', true],
  ['26.0.0', true],
])('Node.js %s: %s', (version, takes) => {
  expect(takesProxies(version)).toBe(takes);
  expect(unusedProxy({ https_proxy: 'http://proxy' }, version) === '').toBe(takes);
  expect(unusedProxy({ HTTPS_PROXY: '' }, version)).toBe('');
});
