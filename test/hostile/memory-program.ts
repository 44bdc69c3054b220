import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SYNC_COMPLETE } from '../ingest/fixtures.ts';
import { startEdge } from './edge.ts';
import { watchSockets } from './open-sockets.ts';
import { RawConnection } from './raw-client.ts';
import { chunk, chunkedHead, head, newId, POST, webhook } from './raw-request.ts';

// Run by memory.test.ts in a process of its own: ROUNDS REQUESTS_PER_ROUND. Prints one JSON line for each round.
const [rounds = 0, requestsPerRound = 0] = process.argv.slice(2).map(Number);

/** So many looks in a row found no more than so much to collect. */
const SETTLED_LOOKS = 5;
const SETTLED_BYTES = 10_000;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const edge = await startEdge(() => undefined);
const sockets = watchSockets(edge.port);

const forged = SYNC_COMPLETE.replace('SUCCESS', 'SUCCES5');
/** What a client does with its connection. Those with an answer wait for it; the last two leave without one. */
const ATTACKS: readonly ((connection: RawConnection) => Promise<unknown>)[] = [
  (connection) => connection.send(head(), forged).next(),
  (connection) => connection.send(`${POST}Content-Length: 2\r\n\r\n{}`).next(),
  (connection) => connection.send('GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n').next(),
  (connection) => connection.send(`${POST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`).rest(),
  (connection) => connection.send(`${POST}a: ${'b'.repeat(20_000)}\r\n\r\n`).rest(),
  (connection) => connection.send(`${POST}Content-Length: ${2 ** 40}\r\n\r\n`, Buffer.alloc(100_000)).next(),
  (connection) => connection.send(chunkedHead(), chunk(forged), 'zz\r\n').rest(),
  (connection) =>
    connection.send(`${POST}Content-Length: 200000\r\n\r\n`, Buffer.alloc(100_000)).finish().rest(),
  async (connection) => connection.send(head(), SYNC_COMPLETE.slice(0, 5)).reset(),
  async (connection) => connection.send(webhook({ body: forged })).reset(),
];

/**
 * What is left once no collection finds anything more. One alone leaves what only its finalizers let go of, and how
 * much that is depends on how busy the machine was.
 */
async function bytesInUse(): Promise<number> {
  for (let least = Number.POSITIVE_INFINITY, same = 0; ; ) {
    collectGarbage();
    await setImmediate();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const bytes = heapUsed + arrayBuffers;
    same = bytes < least - SETTLED_BYTES ? 0 : same + 1;
    least = Math.min(least, bytes);
    if (same === SETTLED_LOOKS) return least;
  }
}

for (let round = 0; round < rounds; round += 1) {
  for (let sent = 0; sent < requestsPerRound; sent += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const connection = await RawConnection.open(edge.port);
        await ATTACKS[index % ATTACKS.length]?.(connection);
        connection.close();
      }),
    );
  }
  const id = newId();
  const connection = await RawConnection.open(edge.port);
  const answer = await connection.send(webhook({ id })).next();
  connection.close();
  await sockets.downTo(0);
  const served = answer?.status === 200 && (await edge.takeAll()).includes(id);
  process.stdout.write(`${JSON.stringify({ served, bytes: await bytesInUse() })}\n`);
}
sockets.stop();
const ended = once(process, 'beforeExit');
await edge.stop();
// Reached only when no handle is left open: nothing ends this process.
await ended;
process.stdout.write(`${JSON.stringify({ ended: true })}\n`);
