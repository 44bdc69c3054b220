import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway } from '../../local/gateway/gateway.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { SYNC_COMPLETE } from '../ingest/fixtures.ts';
import { type OpenSockets, watchSockets } from './open-sockets.ts';
import { RawConnection } from './raw-client.ts';
import { chunk, chunkedHead, head, POST } from './raw-request.ts';

const TIMEOUTS = { headersMs: 100, requestMs: 200, checkMs: 10 };

let gateway: LoopbackServer;
let sockets: OpenSockets;
beforeAll(async () => {
  gateway = await startGateway({
    routes: [],
    functionOf: () => {
      throw new Error('no request of these is ever whole');
    },
    observer: () => undefined,
    port: 0,
    timeouts: TIMEOUTS,
  });
  sockets = watchSockets(gateway.port);
});
afterAll(async () => {
  await sockets.downTo(0);
  sockets.stop();
  await gateway.close();
});

test.each([
  ['a request line that does not end', 'POST /webhooks'],
  ['headers that do not end', `${POST}svix-id: x\r\n`],
  ['a body that does not come', head()],
  ['a body that stops', head() + SYNC_COMPLETE.slice(0, -1)],
  ['chunks that stop', chunkedHead() + chunk(SYNC_COMPLETE)],
])('%s is cut off with 408', async (_, bytes) => {
  const connection = await RawConnection.open(gateway.port);
  expect(await connection.send(bytes).rest()).toMatchObject([{ status: 408 }]);
});

test('a byte now and then does not buy more time', async () => {
  const connection = await RawConnection.open(gateway.port);
  connection.send(head({ body: 'x'.repeat(1_000) }));
  const drip = setInterval(() => connection.send('x'), TIMEOUTS.checkMs);
  const answers = await connection.rest();
  clearInterval(drip);
  expect(answers).toMatchObject([{ status: 408 }]);
});

test('the rest of a refused body is not read for longer', async () => {
  const connection = await RawConnection.open(gateway.port);
  const sent = `${POST}Content-Length: ${2 ** 40}\r\n\r\n`;
  expect(await connection.send(sent).rest()).toMatchObject([{ status: 413 }]);
});

test('200 connections without a byte are closed', async () => {
  const connections = await Promise.all(Array.from({ length: 200 }, () => RawConnection.open(gateway.port)));
  const answers = await Promise.all(connections.map((connection) => connection.rest()));
  expect(answers.flat().filter(({ status }) => status !== 408)).toEqual([]);
});
