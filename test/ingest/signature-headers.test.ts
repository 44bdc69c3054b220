import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSignatureHeaders } from '../../lambdas/ingest/signature-headers.ts';

const SVIX = { 'svix-id': 'msg_1', 'svix-timestamp': '1795000000', 'svix-signature': 'v1,x' };
const WEBHOOK = { 'webhook-id': 'msg_2', 'webhook-timestamp': '1795000001', 'webhook-signature': 'v1,y' };

describe('readSignatureHeaders', () => {
  test('takes either family', () => {
    expect(readSignatureHeaders(SVIX)).toEqual({ id: 'msg_1', timestamp: '1795000000', signature: 'v1,x' });
    expect(readSignatureHeaders({ 'content-type': 'text/plain', ...WEBHOOK })).toEqual({
      id: 'msg_2',
      timestamp: '1795000001',
      signature: 'v1,y',
    });
  });

  test('reads one family at a time, Svix first', () => {
    expect(readSignatureHeaders({ ...WEBHOOK, ...SVIX })).toMatchObject({ id: 'msg_1' });
    for (const name of Object.keys(SVIX)) {
      const mixed = Object.fromEntries(Object.entries(SVIX).filter(([key]) => key !== name));
      expect(readSignatureHeaders({ ...WEBHOOK, ...mixed })).toEqual({
        code: 'missing-headers',
        reason: `missing-${name}`,
      });
    }
  });

  test.each(['svix-id', 'svix-timestamp', 'svix-signature'])('misses %s, absent or empty', (name) => {
    const expected = { code: 'missing-headers', reason: `missing-${name}` };
    expect(readSignatureHeaders({ ...SVIX, [name]: undefined })).toEqual(expected);
    expect(readSignatureHeaders({ ...SVIX, [name]: '' })).toEqual(expected);
  });

  test('misses all of them', () => {
    expect(readSignatureHeaders({})).toEqual({ code: 'missing-headers', reason: 'missing-svix-id' });
  });

  test.each(['msg.1', 'msg 1', 'msg\n', 'a,b', 'é', '.', 'x'.repeat(129), 'msg_1.1795000000.{"a":1}'])(
    'refuses the id %j',
    (id) => {
      expect(readSignatureHeaders({ ...SVIX, 'svix-id': id })).toEqual({
        code: 'invalid-headers',
        reason: 'malformed-svix-id',
      });
    },
  );

  test.each([
    '123abc',
    ' 123',
    '123 ',
    '+123',
    '-123',
    '1e9',
    '0x10',
    '12.5',
    '٣',
    '0123',
    '1'.repeat(16),
    '1,2',
  ])('refuses the timestamp %j', (timestamp) => {
    expect(readSignatureHeaders({ ...WEBHOOK, 'webhook-timestamp': timestamp })).toEqual({
      code: 'invalid-headers',
      reason: 'malformed-webhook-timestamp',
    });
  });

  test('a problem never tells a value, and an accepted timestamp is its number', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, timestamp) => {
        const read = readSignatureHeaders({ ...SVIX, 'svix-id': id, 'svix-timestamp': timestamp });
        if ('reason' in read) {
          expect(read.reason).toMatch(/^(?:missing|malformed)-svix-(?:id|timestamp)$/);
        } else {
          expect(read.id).toMatch(/^[\w-]+$/);
          expect(String(Number(read.timestamp))).toBe(timestamp);
        }
      }),
    );
  });
});
