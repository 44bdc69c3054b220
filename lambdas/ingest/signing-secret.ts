import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** Shared with the sender. */
const SECRET_PREFIX = 'whsec_';
/** The sender's public key, ed25519. */
const PUBLIC_KEY_PREFIX = 'whpk_';
const PUBLIC_KEY_BYTES = 32;
/** Standard Webhooks asks for 24 to 64 bytes, and some senders give up to 75. */
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 75;

/** Points of small order, by their y without the sign, little-endian: whoever likes can sign for such a "key". */
const FORGEABLE_KEYS: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  ...['ec', 'ed', 'ee'].map((first) => `${first}${'ff'.repeat(30)}7f`),
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

export const SecretErrorCode = {
  MISSING: 'secret-missing',
  NO_PREFIX: 'secret-without-whsec-prefix',
  NOT_BASE64: 'secret-not-base64',
  WRONG_LENGTH: 'secret-of-wrong-length',
  FORGEABLE: 'public-key-forgeable',
} as const;
export type SecretErrorCode = (typeof SecretErrorCode)[keyof typeof SecretErrorCode];

/** The stored value holds no usable signing secret. Its text never holds any part of the value. */
export class SigningSecretError extends Error {
  override readonly name = 'SigningSecretError';
  readonly code: SecretErrorCode;
  /** The sender retries, and the value may be mended meanwhile. */
  readonly retryable = true;

  constructor(code: SecretErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * One secret: `whsec_` and the padded base64 of 24 to 75 bytes, or `whpk_` and that of an ed25519 public key. Nothing
 * laxer: an empty or cut-off secret must be an error, never a key that anybody can guess. What kind of key it is
 * decides alone which signatures it verifies.
 *
 * @throws {SigningSecretError}
 */
export function parseSigningSecret(text: string): KeyObject {
  return parseAt(text, 1);
}

/**
 * A stored value: one secret, or several separated by white space (rotation, several endpoints), in order.
 * One bad entry fails all of them: a typing error must not stay hidden until the day the other one is revoked.
 *
 * @throws {SigningSecretError}
 */
export function parseSigningSecrets(value: string): readonly KeyObject[] {
  const entries = value.split(/\s/).filter((entry) => entry !== '');
  if (entries.length === 0) {
    throw new SigningSecretError(SecretErrorCode.MISSING, 'no signing secret is set');
  }
  return entries.map((entry, index) => parseAt(entry, index + 1));
}

function parseAt(text: string, position: number): KeyObject {
  const prefix = [SECRET_PREFIX, PUBLIC_KEY_PREFIX].find((each) => text.startsWith(each));
  if (prefix === undefined) {
    throw new SigningSecretError(
      SecretErrorCode.NO_PREFIX,
      `secret ${position} does not start with ${SECRET_PREFIX} or ${PUBLIC_KEY_PREFIX}`,
    );
  }
  const encoded = text.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node's decoder skips what it does not know and forgives missing padding; the way back shows it.
  if (bytes.toString('base64') !== encoded) {
    throw new SigningSecretError(SecretErrorCode.NOT_BASE64, `secret ${position} is not padded base64`);
  }
  const isPublic = prefix === PUBLIC_KEY_PREFIX;
  const [min, max] = isPublic ? [PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES] : [MIN_SECRET_BYTES, MAX_SECRET_BYTES];
  if (bytes.length < min || bytes.length > max) {
    throw new SigningSecretError(
      SecretErrorCode.WRONG_LENGTH,
      `secret ${position} has ${bytes.length} bytes, not ${isPublic ? min : `${min} to ${max}`}`,
    );
  }
  if (isPublic && isForgeable(bytes)) {
    throw new SigningSecretError(
      SecretErrorCode.FORGEABLE,
      `secret ${position} is a point of small order: anybody can sign for it`,
    );
  }
  return isPublic
    ? createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
        format: 'jwk',
      })
    : createSecretKey(bytes);
}

/** The sign of x, in the highest bit, makes it no other point in this respect. */
function isForgeable(publicKey: Buffer): boolean {
  const y = Buffer.from(publicKey);
  y[y.length - 1] = (y.at(-1) ?? 0) & 0x7f;
  return FORGEABLE_KEYS.has(y.toString('hex'));
}
