import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign as signWith,
  verify,
} from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchSignature, sign } from '../../lambdas/ingest/signature.ts';
import { parseSigningSecret, parseSigningSecrets } from '../../lambdas/ingest/signing-secret.ts';
import { changeAsymmetric } from '../fuzz/asymmetric.ts';
import { SECRET } from './fixtures.ts';

/** Test 2 of RFC 8032, section 7.1: a key that everybody has. */
const PRIVATE = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
const PUBLIC = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex');
const WHPK = `whpk_${PUBLIC.toString('base64')}`;
const CONTENT = {
  id: 'msg_2f9c',
  timestamp: '1731705121',
  body: '{"type":"invoice.paid","timestamp":"2026-11-28T10:00:00Z","data":{"id":"in_1"}}',
};
/** Made by Python's `cryptography` 50.0.2 over `{id}.{timestamp}.{body}`. */
const BY_PYTHON =
  'v1a,Wr1baZB4YexkWJmS0evCv/eEvrdwm989/o6j0hHcPvcO7BM5RWMQO/rU4VB/pcMHk+BeAA3Wk632YotUN3Y3Aw==';
const privateKey = createPrivateKey({
  key: { kty: 'OKP', crv: 'Ed25519', x: PUBLIC.toString('base64url'), d: PRIVATE.toString('base64url') },
  format: 'jwk',
});
/** Encodings of the points of small order, without their sign. */
const FORGEABLE = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];
function withSign(bytes: Buffer): Buffer {
  const negative = Buffer.from(bytes);
  negative[31] = (negative[31] ?? 0) | 0x80;
  return negative;
}
const signed = (content: { id: string; timestamp: string; body: string }, key = privateKey) =>
  `v1a,${signWith(null, Buffer.from(`${content.id}.${content.timestamp}.${content.body}`), key).toString('base64')}`;
const keys = parseSigningSecrets(WHPK);

describe('asymmetric signatures', () => {
  test('are made by nobody who has the public key', () => {
    const unsigned = { id: 'msg_1', timestampSeconds: 1, body: '', secret: WHPK };
    expect(() => sign(unsigned)).toThrow('with a public key (whpk_) nobody can sign');
  });

  test('of another implementation are accepted, over the exact bytes', () => {
    expect(matchSignature(keys, CONTENT, BY_PYTHON)).toBe(1);
    expect(matchSignature(keys, { ...CONTENT, body: Buffer.from(CONTENT.body) }, BY_PYTHON)).toBe(1);
    expect(signed(CONTENT)).toBe(BY_PYTHON);
    for (const other of [{ body: `${CONTENT.body} ` }, { id: 'msg_2f9d' }, { timestamp: '1731705122' }]) {
      expect(matchSignature(keys, { ...CONTENT, ...other }, BY_PYTHON)).toBeUndefined();
    }
  });

  test('the key that is stored is the one that was given', () => {
    expect(parseSigningSecret(WHPK).export({ format: 'jwk' }).x).toBe(PUBLIC.toString('base64url'));
  });

  test('stand beside shared secrets during a rotation, in any order', () => {
    const { id, body } = CONTENT;
    const bySecret = sign({ id, timestampSeconds: Number(CONTENT.timestamp), body, secret: SECRET });
    const both = parseSigningSecrets(`${SECRET} ${WHPK}`);
    expect(matchSignature(both, CONTENT, BY_PYTHON)).toBe(2);
    expect(matchSignature(both, CONTENT, bySecret)).toBe(1);
    expect(matchSignature(both, CONTENT, `${BY_PYTHON} ${bySecret}`)).toBe(1);
    expect(matchSignature(keys, CONTENT, `v2,x v1,AAAA ${BY_PYTHON}`)).toBe(1);
  });

  test('a public key is never the key of an HMAC, nor a shared secret one of ed25519', () => {
    const text = `${CONTENT.id}.${CONTENT.timestamp}.${CONTENT.body}`;
    for (const key of [
      PUBLIC,
      Buffer.from(WHPK),
      PUBLIC.toString('base64'),
      Buffer.from(keys[0]?.export({ type: 'spki', format: 'der' }) ?? ''),
    ]) {
      const hmac = createHmac('sha256', key).update(text).digest('base64');
      for (const version of ['v1', 'v1a']) {
        expect(matchSignature(keys, CONTENT, `${version},${hmac}`)).toBeUndefined();
      }
    }
    const asSecret = parseSigningSecrets(`whsec_${PUBLIC.toString('base64')}`);
    expect(matchSignature(asSecret, CONTENT, BY_PYTHON)).toBeUndefined();
    expect(matchSignature(keys, CONTENT, BY_PYTHON.replace('v1a,', 'v1,'))).toBeUndefined();
  });

  test('only the one text of a signature counts', () => {
    const text = BY_PYTHON.slice('v1a,'.length);
    const last = text.at(-3) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    // The same 64 bytes for a decoder that forgives.
    const twin = `${text.slice(0, -3)}${alphabet[alphabet.indexOf(last) + 1]}==`;
    expect(Buffer.from(twin, 'base64')).toEqual(Buffer.from(text, 'base64'));
    for (const lax of [
      twin,
      text.slice(0, -2),
      ` ${text}`,
      `${text}=`,
      text.replaceAll('+', '-').replaceAll('/', '_'),
      `${text},`,
    ]) {
      if (lax !== text) expect(matchSignature(keys, CONTENT, `v1a,${lax}`)).toBeUndefined();
    }
  });

  test('a signature with its second half past the order of the group is refused', () => {
    // S + L verifies where nobody looks: RFC 8032, 5.1.7.
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = Buffer.from(BY_PYTHON.slice(4), 'base64');
    const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order;
    const moved = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    const twin = Buffer.concat([bytes.subarray(0, 32), moved]).toString('base64');
    expect(matchSignature(keys, CONTENT, `v1a,${twin}`)).toBeUndefined();
  });

  test('of forged entries four are looked at, whatever is sent', () => {
    const forged = () => `v1a,${randomBytes(64).toString('base64')}`;
    expect(matchSignature(keys, CONTENT, [forged(), forged(), forged(), BY_PYTHON].join(' '))).toBe(1);
    expect(
      matchSignature(keys, CONTENT, [forged(), forged(), forged(), forged(), BY_PYTHON].join(' ')),
    ).toBeUndefined();
  });

  test('of another key, or changed in any byte, are refused', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    expect(matchSignature(keys, CONTENT, signed(CONTENT, other))).toBeUndefined();
    const bytes = Buffer.from(BY_PYTHON.slice(4), 'base64');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        return matchSignature(keys, CONTENT, `v1a,${changed.toString('base64')}`) === undefined;
      }),
    );
  });
});

test('of changed requests none is accepted, whatever was changed; npm run fuzz -- --asymmetric asks more', async () => {
  const totals = await changeAsymmetric(3_000, 20_261_128);
  expect(totals).toMatchObject({ changed: 3_000, accepted: [], genuine: 6, genuineAccepted: 6 });
  expect(Object.values(totals.byChange).every((count) => count > 100)).toBe(true);
});

describe('a stored public key', () => {
  test('of small order is none: whoever likes can sign for it', () => {
    // The neutral element as R and nothing as S: right for one request in 1, 2, 4 or 8, whatever it says.
    const anybody = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)]);
    const forgeable = FORGEABLE.map((hex) => Buffer.from(hex, 'hex'));
    for (const bytes of [...forgeable, ...forgeable.map(withSign)]) {
      const key = createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
        format: 'jwk',
      });
      const requests = Array.from({ length: 200 }, (_, index) => Buffer.from(`request ${index}`));
      expect(requests.some((request) => verify(null, request, key, anybody))).toBe(true);
      expect(refusal(`whpk_${bytes.toString('base64')}`)).toMatch('anybody can sign for it');
    }
  });

  const refusal = (text: string) => {
    try {
      return parseSigningSecret(text).type;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ['as it is', WHPK, 'public'],
    ['of 31 bytes', `whpk_${PUBLIC.subarray(1).toString('base64')}`, 'secret 1 has 31 bytes, not 32'],
    [
      'of 33 bytes',
      `whpk_${Buffer.concat([PUBLIC, PUBLIC.subarray(31)]).toString('base64')}`,
      'secret 1 has 33 bytes, not 32',
    ],
    ['without padding', WHPK.replace(/=+$/, ''), 'secret 1 is not padded base64'],
    ['a private one', WHPK.replace('whpk_', 'whsk_'), 'secret 1 does not start with whsec_ or whpk_'],
    ['a shared secret of 75 bytes', `whsec_${Buffer.alloc(75, 'ab').toString('base64')}`, 'secret'],
    [
      'a shared secret of 76 bytes',
      `whsec_${Buffer.alloc(76, 'ab').toString('base64')}`,
      'secret 1 has 76 bytes, not 24 to 75',
    ],
  ])('%s', (_, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});
