import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_BODY_BYTES } from '../../lambdas/contract/message.ts';
import { toQueueMessage } from '../../lambdas/ingest/message.ts';
import { decodeBody, encodeBody } from '../../lambdas/runtime/message-body.ts';
import { anyText } from '../support/any-text.ts';
import { NOW_MS, NOW_SECONDS, SYNC_COMPLETE } from './fixtures.ts';

const toMessage = (body: string | Uint8Array) =>
  toQueueMessage({
    id: 'msg_1',
    timestamp: String(NOW_SECONDS),
    body: Buffer.from(body),
    receivedAtMs: NOW_MS,
  });

/** Stated apart from the code: the characters of SQS's documentation, one by one. */
function isAcceptedBySqs(text: string): boolean {
  return (
    text.length > 0 &&
    Array.from(text).every((character) => {
      const point = character.codePointAt(0) ?? 0;
      return (
        point === 0x9 ||
        point === 0xa ||
        point === 0xd ||
        (point >= 0x20 && point <= 0xd7ff) ||
        (point >= 0xe000 && point <= 0xfffd) ||
        (point >= 0x10000 && point <= 0x10ffff)
      );
    })
  );
}

describe('encodeBody and decodeBody', () => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 300, size: 'max' }),
    anyText().map((text) => Uint8Array.from(Buffer.from(text))),
    fc.json().map((text) => Uint8Array.from(Buffer.from(text))),
  );

  test('every byte string comes back, in a text that SQS takes', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const { text, encoding } = encodeBody(bytes);
        expect(isAcceptedBySqs(text)).toBe(true);
        expect(Buffer.compare(decodeBody(text, encoding), bytes)).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });

  test('text that is at hand makes no difference', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        expect(encodeBody(Buffer.from(text), text)).toEqual(encodeBody(Buffer.from(text)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a view into a larger buffer is encoded alone', () => {
    const view = Buffer.from('before\0\u{1}after').subarray(6, 8);
    const { text, encoding } = encodeBody(view);
    expect(decodeBody(text, encoding)).toEqual(Buffer.from([0, 1]));
  });

  test.each([
    ['emoji', '{"a":"👩‍🚀"}'],
    ['a byte order mark', '\uFEFF{}'],
    ['tab, newline, carriage return', '{\t\r\n}'],
    ['delete and C1 controls', '\u007F\u0085'],
    ['the last character of the plane', '\uFFFD\u{10FFFF}'],
  ])('%s travels as it is', (_name, text) => {
    expect(encodeBody(Buffer.from(text))).toEqual({ text });
  });

  test.each([
    ['nothing', []],
    ['NUL', [0]],
    ['a control character', [0x7b, 0x1f, 0x7d]],
    ['U+FFFF', [0xef, 0xbf, 0xbf]],
    ['invalid UTF-8', [0xc3, 0x28]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['an overlong form', [0xc0, 0xaf]],
  ])('%s travels as base64', (_name, bytes) => {
    const { text, encoding } = encodeBody(Uint8Array.from(bytes));
    expect(encoding).toBe('base64');
    expect(decodeBody(text, encoding)).toEqual(Buffer.from(bytes));
  });
});

describe('toQueueMessage', () => {
  test('the message of an event', () => {
    expect(toMessage(SYNC_COMPLETE)).toEqual({
      MessageBody: SYNC_COMPLETE,
      MessageGroupId: 'customer-1',
      MessageAttributes: {
        'svix-id': { DataType: 'String', StringValue: 'msg_1' },
        'svix-timestamp': { DataType: 'String', StringValue: String(NOW_SECONDS) },
        'event-type': { DataType: 'String', StringValue: 'sync.complete' },
        'received-at': { DataType: 'String', StringValue: String(NOW_MS) },
      },
    });
  });

  test('a body that SQS refuses keeps its type and customer', () => {
    const body = '{"webhook_event_type":"sync.complete","customer_id":"c","x":"\uFFFF"}';
    expect(toMessage(body)).toMatchObject({
      MessageBody: Buffer.from(body).toString('base64'),
      MessageGroupId: 'c',
      MessageAttributes: {
        'event-type': { StringValue: 'sync.complete' },
        'body-encoding': { DataType: 'String', StringValue: 'base64' },
      },
    });
  });

  test('no attribute is ever empty', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const attributes = Object.values(toMessage(bytes)?.MessageAttributes ?? {});
        expect(attributes.length).toBeGreaterThanOrEqual(4);
        expect(attributes.every(({ StringValue }) => StringValue !== undefined && StringValue !== '')).toBe(
          true,
        );
      }),
    );
  });

  test('the limit holds for the encoded form, to the byte', () => {
    expect(toMessage('x'.repeat(MAX_BODY_BYTES))?.MessageBody).toHaveLength(MAX_BODY_BYTES);
    expect(toMessage('x'.repeat(MAX_BODY_BYTES + 1))).toBeUndefined();
    const largestBinary = (MAX_BODY_BYTES / 4) * 3;
    expect(toMessage(Buffer.alloc(largestBinary))?.MessageBody).toHaveLength(MAX_BODY_BYTES);
    expect(toMessage(Buffer.alloc(largestBinary + 1))).toBeUndefined();
    expect(toMessage('é'.repeat(MAX_BODY_BYTES / 2 + 1))).toBeUndefined();
  });
});
