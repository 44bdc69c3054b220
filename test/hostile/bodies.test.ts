import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_BODY_BYTES } from '../../lambdas/contract/message.ts';
import { SYNC_COMPLETE } from '../ingest/fixtures.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { type Edge, startEdge } from './edge.ts';
import { exchange, type RawAnswer, RawConnection } from './raw-client.ts';
import { chunk, chunkedHead, head, LAST_CHUNK, newId, POST, signatureLines, webhook } from './raw-request.ts';

const MEBIBYTE = 1024 * 1024;
const events = recordEvents();
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge(events.observer);
});
afterAll(async () => {
  // What was refused has not been queued all the same.
  expect(await edge.takeAll()).toEqual([]);
  await edge.stop();
});

const codeOf = (answer: RawAnswer | undefined): unknown => JSON.parse(answer?.body ?? 'null')?.code;

describe('signed bytes of any kind reach the queue as they are', () => {
  test.each<[string, Uint8Array]>([
    ['no byte at all', Buffer.alloc(0)],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0xc0, 0xaf, 0x7d])],
    ['NUL', Buffer.from('{"a":"\0"}')],
    ['characters that SQS refuses', Buffer.from('{"a":"\u0001\ufffe\uffff"}')],
    ['half a surrogate pair in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a byte order mark', Buffer.from(`\ufeff${SYNC_COMPLETE}`)],
    ['line ends of every kind', Buffer.from('{\r\n\r\n}\r\n\n\r')],
    ['what looks like the next request', Buffer.from('\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['text beyond the BMP', Buffer.from('{"name":"Zoë 😀 日本"}')],
  ])('%s', async (_, body) => {
    const id = newId();
    expect(await exchange(edge.port, webhook({ id, body }))).toMatchObject({ status: 200 });
    expect(await edge.bodyOf(id)).toEqual(Buffer.from(body));
  });

  test('gzip is bytes, and is not unpacked', async () => {
    const id = newId();
    const body = gzipSync(Buffer.alloc(MEBIBYTE, 'x'));
    const sent = webhook({ id, body, extra: 'Content-Encoding: gzip\r\n' });
    expect(await exchange(edge.port, sent)).toMatchObject({ status: 200 });
    expect(await edge.bodyOf(id)).toEqual(body);
  });

  test('property: whatever the bytes and however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 400, size: 'max' }), { maxLength: 6 }),
        fc.boolean(),
        async (parts, chunked) => {
          const id = newId();
          const body = Buffer.concat(parts);
          const sent = chunked
            ? [chunkedHead({ id, body }), ...parts.map((part) => chunk(part)), LAST_CHUNK]
            : [head({ id, body }), ...parts];
          expect(await exchange(edge.port, ...sent)).toMatchObject({ status: 200 });
          expect(await edge.bodyOf(id)).toEqual(body);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('but API Gateway repairs text, so that what is no UTF-8 does not verify as JSON', async () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const sent = webhook({ body, contentType: 'application/json' });
    expect(await exchange(edge.port, sent)).toMatchObject({ status: 401 });
  });
});

describe('signature headers', () => {
  const body = SYNC_COMPLETE;
  const length = `Content-Length: ${body.length}\r\n\r\n`;
  const [idLine = '', timestampLine = '', signatureLine = ''] = signatureLines().split(/(?<=\r\n)/);

  // Payload 2.0 joins headers of one name with commas, which none of the three may hold.
  test.each([
    ['the id twice', [idLine, idLine, timestampLine, signatureLine], 400, 'invalid-headers'],
    [
      'the id twice, in other letters',
      [idLine, idLine.toUpperCase(), timestampLine, signatureLine],
      400,
      'invalid-headers',
    ],
    ['the timestamp twice', [idLine, timestampLine, timestampLine, signatureLine], 400, 'invalid-headers'],
    ['the signature twice', [idLine, timestampLine, signatureLine, signatureLine], 401, 'invalid-signature'],
    [
      'the signature before a wrong one',
      [idLine, timestampLine, signatureLine, 'svix-signature: v1,x\r\n'],
      401,
      'invalid-signature',
    ],
    ['no signature', [idLine, timestampLine], 400, 'missing-headers'],
    ['an empty signature', [idLine, timestampLine, 'svix-signature:\r\n'], 400, 'missing-headers'],
    [
      'a signature that is no UTF-8',
      [idLine, timestampLine, 'svix-signature: v1,\xff\xfe\r\n'],
      401,
      'invalid-signature',
    ],
    [
      '9,000 bytes of signatures',
      [idLine, timestampLine, `svix-signature: ${'v1,x '.repeat(1_800)}\r\n`],
      401,
      'invalid-signature',
    ],
    [
      'the other family in part',
      [idLine, timestampLine, signatureLine.replace('svix', 'webhook')],
      400,
      'missing-headers',
    ],
  ])('%s', async (_, lines, status, code) => {
    const answer = await exchange(edge.port, POST + lines.join('') + length + body);
    expect(answer).toMatchObject({ status });
    expect(codeOf(answer)).toBe(code);
  });
});

describe('sizes', () => {
  test('a signed body at the limit of ingest is accepted, and one byte more stops the retries', async () => {
    const id = newId();
    const fits = Buffer.alloc(MAX_BODY_BYTES, 'x');
    expect(await exchange(edge.port, webhook({ id, body: fits }))).toMatchObject({ status: 200 });
    expect((await edge.bodyOf(id))?.equals(fits)).toBe(true);
    const over = webhook({ body: Buffer.alloc(MAX_BODY_BYTES + 1, 'x') });
    expect(await exchange(edge.port, over)).toMatchObject({
      status: 413,
      headers: { 'webhook-delivery': 'abort-message' },
    });
  });

  test('between there and the 6 MB of a function: 413 when signed, and 401 for everybody else', async () => {
    const body = Buffer.alloc(4 * MEBIBYTE, 'x');
    expect(codeOf(await exchange(edge.port, webhook({ body })))).toBe('body-too-large');
    const forged = await exchange(edge.port, head({ body: Buffer.alloc(body.length) }), body);
    expect(codeOf(forged)).toBe('invalid-signature');
    expect(forged?.headers).not.toHaveProperty('webhook-delivery');
  });

  test('an event over 6 MB never starts the function', async () => {
    const before = events.of('invocation-started').length;
    const body = Buffer.alloc(5 * MEBIBYTE, 'x');
    expect(await exchange(edge.port, webhook({ body }))).toMatchObject({ status: 500 });
    expect(events.of('invocation-started')).toHaveLength(before);
  });

  test('over 10 MB: a whole answer for a client that sends all of it first', async () => {
    const connection = await RawConnection.open(edge.port);
    const body = Buffer.alloc(12 * MEBIBYTE, 'x');
    const [answer, ...more] = await connection
      .send(webhook({ body }), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      .rest();
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(more).toEqual([]);
    expect(connection.wasReset).toBe(false);
  });

  test('a length over 10 MB is refused before the body', async () => {
    for (const bytes of [10 * MEBIBYTE + 1, Number.MAX_SAFE_INTEGER]) {
      const answer = await exchange(edge.port, `${POST}Content-Length: ${bytes}\r\n\r\n`);
      expect(answer).toMatchObject({ status: 413 });
    }
  });

  test('chunks without end are refused when they pass 10 MB', async () => {
    const connection = await RawConnection.open(edge.port);
    connection.send(chunkedHead());
    const block = chunk(Buffer.alloc(MEBIBYTE, 'x'));
    for (let count = 0; count <= 10; count += 1) connection.send(block);
    expect(await connection.next()).toMatchObject({ status: 413 });
    connection.close();
  });

  test.each([
    ['a value', `a: ${'b'.repeat(10_240)}\r\n`],
    ['many values', 'a: 0123456789\r\n'.repeat(1_024)],
    ['more than the parser takes', `a: ${'b'.repeat(20_000)}\r\n`],
  ])('headers over 10,240 bytes are 431: %s', async (_, extra) => {
    expect(await exchange(edge.port, webhook({ extra }))).toMatchObject({ status: 431 });
  });

  test.each([12_000, 20_000])('a path of %i bytes is 431', async (bytes) => {
    const sent = `GET /${'a'.repeat(bytes)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    expect(await exchange(edge.port, sent)).toMatchObject({ status: 431 });
  });

  test('a chunk extension has its limit', async () => {
    const sent = `${chunkedHead()}${chunk(SYNC_COMPLETE, `;a=${'b'.repeat(20_000)}`)}${LAST_CHUNK}`;
    expect(await exchange(edge.port, sent)).toMatchObject({ status: 413 });
  });
});
