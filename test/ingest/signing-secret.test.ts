import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  parseSigningSecret,
  parseSigningSecrets,
  SecretErrorCode,
  SigningSecretError,
} from '../../lambdas/ingest/signing-secret.ts';
import { OTHER_SECRET, SECRET, secretOf } from './fixtures.ts';

function failure(value: string): SigningSecretError {
  try {
    parseSigningSecrets(value);
  } catch (error) {
    if (error instanceof SigningSecretError) {
      return error;
    }
    throw error;
  }
  throw new Error('the value was accepted');
}

describe('parseSigningSecrets', () => {
  test.each([24, 25, 32, 64, 75])('takes a secret of %i bytes', (bytes) => {
    expect(parseSigningSecret(secretOf('x', bytes)).symmetricKeySize).toBe(bytes);
  });

  test.each([
    ['a space', ' '],
    ['a newline', '\n'],
    ['a Windows newline and tabs', '\t\r\n '],
  ])('takes several separated by %s, in order', (_name, separator) => {
    const keys = parseSigningSecrets(`${separator}${SECRET}${separator}${OTHER_SECRET}${separator}`);
    expect(keys).toHaveLength(2);
    expect(keys[0]?.equals(parseSigningSecret(SECRET))).toBe(true);
    expect(keys[1]?.equals(parseSigningSecret(OTHER_SECRET))).toBe(true);
  });

  test.each([
    ['an empty value', '', SecretErrorCode.MISSING],
    ['white space', ' \n\t', SecretErrorCode.MISSING],
    ['the prefix alone, an empty key', 'whsec_', SecretErrorCode.WRONG_LENGTH],
    ['23 bytes', secretOf('x', 23), SecretErrorCode.WRONG_LENGTH],
    ['76 bytes', secretOf('x', 76), SecretErrorCode.WRONG_LENGTH],
    ['no prefix', SECRET.slice('whsec_'.length), SecretErrorCode.NO_PREFIX],
    ['an upper-case prefix', SECRET.replace('whsec_', 'WHSEC_'), SecretErrorCode.NO_PREFIX],
    ['quotes', `"${SECRET}"`, SecretErrorCode.NO_PREFIX],
    ['JSON', JSON.stringify({ secret: SECRET }), SecretErrorCode.NO_PREFIX],
    ['missing padding', SECRET.replace(/=+$/, ''), SecretErrorCode.NOT_BASE64],
    ['base64url', `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`, SecretErrorCode.NOT_BASE64],
    ['bad characters', `${SECRET.slice(0, -1)}*`, SecretErrorCode.NOT_BASE64],
    ['a good one and a bad one', `${SECRET} whsec_`, SecretErrorCode.WRONG_LENGTH],
  ])('refuses %s', (_name, value, code) => {
    const error = failure(value);
    expect(error.code).toBe(code);
    expect(error.retryable).toBe(true);
  });

  test('says where the bad one stands and nothing of its text', () => {
    const value = `${SECRET} ${secretOf('short one', 12)}`;
    const error = failure(value);
    expect(error.message).toContain('secret 2');
    const told = inspect(error, { depth: 9, showHidden: true });
    for (const entry of value.split(' ')) {
      expect(told).not.toContain(entry.slice('whsec_'.length, 'whsec_'.length + 8));
    }
  });

  test('a parsed secret does not show its bytes', () => {
    expect(inspect(parseSigningSecrets(SECRET), { depth: 9, showHidden: true })).not.toContain('first');
  });
});
