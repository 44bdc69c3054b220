import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYNC_COMPLETE } from '../ingest/fixtures.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { type Edge, startEdge } from './edge.ts';
import { exchange, RawConnection } from './raw-client.ts';
import { chunk, chunkedHead, head, LAST_CHUNK, newId, POST, signatureLines, webhook } from './raw-request.ts';

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

const BODY = SYNC_COMPLETE;
const LENGTH = BODY.length;
const invocations = () => events.of('invocation-started').length;
const lengthOf = (value: string) => `${POST}${signatureLines()}Content-Length: ${value}\r\n\r\n${BODY}`;
const encodedAs = (lines: string) => `${POST}${signatureLines()}${lines}\r\n${chunk(BODY)}${LAST_CHUNK}`;
/** Whoever takes the other framing for the true one reads this as a request of its own. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';

describe('refused by the parser: 400, the connection closed, nothing run', () => {
  test.each([
    ['Content-Length and Transfer-Encoding', `Content-Length: ${LENGTH}\r\nTransfer-Encoding: chunked\r\n`],
    ['Transfer-Encoding and Content-Length', `Transfer-Encoding: chunked\r\nContent-Length: ${LENGTH}\r\n`],
    ['chunked and then identity', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n'],
    ['identity alone', 'Transfer-Encoding: identity\r\n'],
    ['chunked, but not last', 'Transfer-Encoding: chunked, gzip\r\n'],
    ['an encoding of another name', 'Transfer-Encoding: xchunked\r\n'],
    ['a vertical tab before the encoding', 'Transfer-Encoding: \x0bchunked\r\n'],
    ['a space before the colon', `Content-Length: ${LENGTH}\r\nTransfer-Encoding : chunked\r\n`],
    ['a header without a colon', 'Transfer-Encoding: chunked\r\nabc\r\n'],
    ['a header without a name', 'Transfer-Encoding: chunked\r\n: b\r\n'],
    ['NUL in a header', 'Transfer-Encoding: chunked\r\na: b\0c\r\n'],
    ['a header name that is no ASCII', 'Transfer-Encoding: chunked\r\na\xff: b\r\n'],
    ['a folded header', 'Transfer-Encoding: chunked\r\na: b\r\n c\r\n'],
  ])('%s', async (_, lines) => {
    await expectRefusal(encodedAs(lines) + SMUGGLED);
  });

  test.each([
    ['twice', `${LENGTH}\r\nContent-Length: ${LENGTH}`],
    ['twice, and different', `${LENGTH}\r\nContent-Length: 3`],
    ['a list', `${LENGTH}, ${LENGTH}`],
    ['with a sign', `+${LENGTH}`],
    ['negative', '-1'],
    ['hexadecimal', '0x1a'],
    ['a fraction', '1.5'],
    ['empty', ''],
    ['more than 64 bits', '99999999999999999999999'],
  ])('Content-Length %s', async (_, value) => {
    await expectRefusal(lengthOf(value) + SMUGGLED);
  });

  test.each([
    ['a size that is no number', `zz\r\n${BODY}\r\n${LAST_CHUNK}`],
    ['a size with 0x', `0x${LENGTH.toString(16)}\r\n${BODY}\r\n${LAST_CHUNK}`],
    ['a size over 64 bits', `fffffffffffffffff\r\n${BODY}\r\n${LAST_CHUNK}`],
    ['a size ended by a line feed alone', `${LENGTH.toString(16)}\n${BODY}\r\n${LAST_CHUNK}`],
    ['more data than its size', `${LENGTH.toString(16)}\r\n${BODY}XX${LAST_CHUNK}`],
    ['less data than its size', `${(LENGTH + 1).toString(16)}\r\n${BODY}\r\n${LAST_CHUNK}`],
  ])('a chunk with %s', async (_, chunks) => {
    await expectRefusal(chunkedHead() + chunks + SMUGGLED);
  });

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a TLS greeting', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
    ["HTTP/2's preface", 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an unknown method', 'BREW /webhooks HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a method in lower case', 'post /webhooks HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['HTTP/1.2', 'POST /webhooks HTTP/1.2\r\nHost: x\r\n\r\n'],
    ['no Host', 'POST /webhooks HTTP/1.1\r\nContent-Length: 0\r\n\r\n'],
    ['two Hosts', head({ extra: 'Host: other\r\n' }) + BODY],
    ['a space in the path', 'POST /web hooks HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['NUL in the path', 'POST /webhooks\0 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an escape in the path', 'POST /\x1b[2J HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['line feeds alone', (head() + BODY).replaceAll('\r', '')],
  ])('%s', async (_, bytes) => {
    await expectRefusal(bytes);
  });

  async function expectRefusal(bytes: string): Promise<void> {
    const before = invocations();
    const connection = await RawConnection.open(edge.port);
    const answers = await connection.send(bytes).rest();
    expect(answers.map(({ status }) => status)).toEqual([400]);
    expect(invocations()).toBe(before);
  }
});

describe('unusual, and right: accepted, the very bytes on the queue', () => {
  const half = Math.floor(LENGTH / 2);
  test.each<[string, (id: string) => string]>([
    ['one chunk', (id) => chunkedHead({ id }) + chunk(BODY) + LAST_CHUNK],
    [
      'a chunk a byte',
      (id) => chunkedHead({ id }) + [...BODY].map((byte) => chunk(byte)).join('') + LAST_CHUNK,
    ],
    ['CHUNKED', (id) => chunkedHead({ id }, 'CHUNKED') + chunk(BODY) + LAST_CHUNK],
    ['chunk extensions', (id) => `${chunkedHead({ id })}${chunk(BODY, ';a=b;c="d"')}0;x\r\n\r\n`],
    [
      'trailers, which are no headers',
      (id) => `${chunkedHead({ id })}${chunk(BODY)}0\r\nsvix-signature: v1,x\r\nHost: x\r\n\r\n`,
    ],
    ['Expect: 100-continue', (id) => head({ id, extra: 'Expect: 100-continue\r\n' }) + BODY],
    [
      'an upgrade that nobody offers',
      (id) => head({ id, extra: 'Connection: upgrade\r\nUpgrade: h2c\r\n' }) + BODY,
    ],
    ['HTTP/1.0', (id) => head({ id }).replace('HTTP/1.1', 'HTTP/1.0') + BODY],
    ['a query', (id) => head({ id }).replace('/webhooks', '/webhooks?a=%00&__proto__=1') + BODY],
    ['a header that is no UTF-8', (id) => head({ id, extra: 'a: \xff\xfe\r\n' }) + BODY],
    [
      'headers with names of JavaScript',
      (id) => head({ id, extra: '__proto__: a\r\nconstructor: b\r\n' }) + BODY,
    ],
    [
      '2,500 headers before the signature',
      (id) => head({ id }).replace(POST, POST + 'a:b\r\n'.repeat(2_500)) + BODY,
    ],
    ['two writes', (id) => head({ id }) + BODY.slice(0, half) + BODY.slice(half)],
  ])('%s', async (_, bytesOf) => {
    const id = newId();
    const connection = await RawConnection.open(edge.port);
    const first = await connection.send(bytesOf(id)).next();
    const answer = first?.status === 100 ? await connection.next() : first;
    connection.close();
    expect(answer).toMatchObject({ status: 200 });
    expect((await edge.bodyOf(id))?.toString()).toBe(BODY);
  });
});

test.each([
  ['HTTP/0.9', 'POST /webhooks\r\n\r\n', 505],
  ['HTTP/2.0 as text', head().replace('HTTP/1.1', 'HTTP/2.0') + BODY, 505],
  ['an expectation that nobody meets', head({ extra: 'Expect: tea\r\n' }), 417],
  [
    'a signature in the trailers alone',
    `${POST}Transfer-Encoding: chunked\r\n\r\n${chunk(BODY)}0\r\n${signatureLines()}\r\n`,
    400,
  ],
  ['another method', 'GET /webhooks HTTP/1.1\r\nHost: x\r\n\r\n', 404],
  ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', 404],
  ['a whole address', `POST http://x/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`, 404],
  ['an encoded slash', 'POST /%2Fwebhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n', 404],
  ['an encoded letter', 'POST /%77ebhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n', 404],
  ['two slashes', 'POST //webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n', 404],
  ['two dots', 'POST /a/../webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n', 404],
])('%s is answered', async (_, bytes, status) => {
  expect(await exchange(edge.port, bytes)).toMatchObject({ status });
});

test('CONNECT is no service of ours: the connection closes', async () => {
  const connection = await RawConnection.open(edge.port);
  expect(await connection.send('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n').rest()).toEqual([]);
});

test('pipelined requests are answered in their order', async () => {
  const good = Array.from({ length: 20 }, newId);
  const requests = good.flatMap((id) => [
    webhook({ id }),
    'GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n',
    `${POST}Content-Length: 2\r\n\r\n{}`,
  ]);
  const connection = await RawConnection.open(edge.port);
  const last = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const answers = await connection.send(...requests, last).rest();
  expect(answers.map(({ status }) => status)).toEqual([...good.flatMap(() => [200, 404, 400]), 404]);
  expect([...(await edge.takeAll())].sort()).toEqual(good.sort());
});
