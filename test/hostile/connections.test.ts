import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SYNC_COMPLETE } from '../ingest/fixtures.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { type Edge, startEdge } from './edge.ts';
import { type OpenSockets, watchSockets } from './open-sockets.ts';
import { exchange, RawConnection } from './raw-client.ts';
import { chunk, chunkedHead, head, newId, POST, webhook } from './raw-request.ts';

const events = recordEvents();
let edge: Edge;
let sockets: OpenSockets;
beforeAll(async () => {
  edge = await startEdge(events.observer);
  sockets = watchSockets(edge.port);
  await expectService();
});
afterAll(async () => {
  // Whatever the clients did, no connection is left.
  await sockets.downTo(0);
  sockets.stop();
  await edge.stop();
});

/** The gateway serves whoever is honest. */
async function expectService(): Promise<void> {
  const id = newId();
  expect(await exchange(edge.port, webhook({ id }))).toMatchObject({ status: 200 });
  expect((await edge.bodyOf(id))?.toString()).toBe(SYNC_COMPLETE);
}

describe('clients that go away', () => {
  const cut = SYNC_COMPLETE.slice(0, 10);
  test.each([
    ['in the request line', 'POST /web'],
    ['in the headers', `${POST}svix-id: x`],
    ['before the body', head()],
    ['in the body', head() + cut],
    ['in a chunk', chunkedHead() + chunk(SYNC_COMPLETE).subarray(0, 10).toString('latin1')],
    ['before the last chunk', chunkedHead() + chunk(SYNC_COMPLETE).toString('latin1')],
  ])('%s reach nobody', async (_, bytes) => {
    const before = events.of('invocation-started').length;
    const polite = await RawConnection.open(edge.port);
    const rude = await RawConnection.open(edge.port);
    await sockets.upTo(2);
    const answers = await polite.send(bytes).finish().rest();
    expect(answers.every(({ status }) => status === 400)).toBe(true);
    rude.send(bytes).reset();
    await sockets.downTo(0);
    expect(events.of('invocation-started')).toHaveLength(before);
  });

  test('before their answer: the event is queued all the same, and nobody is disturbed', async () => {
    const ids = Array.from({ length: 20 }, newId);
    const before = events.of('invocation-started').length;
    const connections = await Promise.all(ids.map(() => RawConnection.open(edge.port)));
    for (const [index, id] of ids.entries()) connections[index]?.send(webhook({ id }));
    await events.until(() => events.of('invocation-started').length > before + 1);
    for (const connection of connections) connection.reset();
    await sockets.downTo(0);
    await expectService();
    const count = (type: 'invocation-started' | 'invocation-ended') => events.of(type).length;
    await events.until(() => count('invocation-ended') === count('invocation-started'));
    const accepted = new Set(await edge.takeAll());
    const started = count('invocation-started') - before - 1;
    expect(accepted.size).toBe(started);
    expect(ids.filter((id) => accepted.has(id))).toHaveLength(accepted.size);
  });
});

test('1,000 connections at once: idle ones keep nobody out, and each posting one gets its answer', async () => {
  const connections: RawConnection[] = [];
  while (connections.length < 1_000) {
    // In waves: no more than 511 may wait to be accepted.
    const wave = Array.from({ length: 250 }, () => RawConnection.open(edge.port));
    connections.push(...(await Promise.all(wave)));
    await sockets.upTo(connections.length);
  }
  const posting = connections.filter((_, index) => index % 2 === 0);
  const idle = connections.filter((_, index) => index % 2 === 1);
  for (const connection of idle) connection.send(`${POST}svix-id: `);
  // Every tenth is genuine; the others change one letter of what was signed.
  const ids = posting.map((_, index) => (index % 10 === 0 ? newId() : undefined));
  const forged = SYNC_COMPLETE.replace('SUCCESS', 'SUCCES5');
  const answers = await Promise.all(
    posting.map((connection, index) => {
      const id = ids[index];
      return connection.send(...(id === undefined ? [head(), forged] : [webhook({ id })])).next();
    }),
  );
  expect(answers.map((answer) => answer?.status)).toEqual(ids.map((id) => (id === undefined ? 401 : 200)));
  expect([...(await edge.takeAll())].sort()).toEqual(ids.filter((id) => id !== undefined).sort());
  for (const connection of connections) connection.close();
  await sockets.downTo(0);
});

test('property: no bytes break the gateway', async () => {
  const whole = fc.constant(undefined).map(() => webhook());
  const spoilt = fc
    .tuple(
      whole,
      fc.array(fc.tuple(fc.nat(700), fc.nat(3), fc.uint8Array({ maxLength: 4 })), { maxLength: 4 }),
    )
    .map(([bytes, edits]) =>
      edits.reduce<Buffer>(
        (before, [at, removed, added]) =>
          Buffer.concat([before.subarray(0, at), added, before.subarray(at + removed)]),
        bytes,
      ),
    );
  const anything = fc.array(fc.oneof(fc.uint8Array({ maxLength: 300, size: 'max' }), spoilt), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(anything, async (parts) => {
      const connection = await RawConnection.open(edge.port);
      const answers = await connection
        .send(...parts)
        .finish()
        .rest();
      const allowed = [100, 200, 400, 401, 404, 408, 413, 417, 431, 505];
      expect(answers.filter(({ status }) => !allowed.includes(status))).toEqual([]);
    }),
    { numRuns: 150 },
  );
  await expectService();
});
