import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { parseSigningSecret, SecretErrorCode, SigningSecretError } from './signing-secret.ts';

/** With a shared secret. Entries of unknown versions are ignored, as the standard asks. */
const VERSION = 'v1,';
/** With a key pair, ed25519. */
const PUBLIC_KEY_VERSION = 'v1a,';
/** Each is a verification over the whole body, which a forger must not make dear: a rotation needs two. */
const MAX_PUBLIC_KEY_SIGNATURES = 4;
const ED25519_SIGNATURE_BYTES = 64;

export interface SignedContent {
  /** Value of `svix-id`. */
  readonly id: string;
  /** Value of `svix-timestamp`, as it was sent: the signature covers its text. */
  readonly timestamp: string;
  /** The exact bytes of the request's body. */
  readonly body: string | Uint8Array;
}

/** Base64 of the HMAC-SHA256 over `{id}.{timestamp}.{body}`. */
export function digest(key: KeyObject, content: SignedContent): string {
  // Two updates: joining the parts would copy a body of 350 KB.
  return createHmac('sha256', key)
    .update(`${content.id}.${content.timestamp}.`)
    .update(content.body)
    .digest('base64');
}

export interface SignOptions {
  readonly id: string;
  /** Whole seconds since the epoch. */
  readonly timestampSeconds: number;
  readonly body: string | Uint8Array;
  /** One secret, `whsec_…`. */
  readonly secret: string;
}

/**
 * Value of the header `svix-signature`.
 *
 * @throws {SigningSecretError} when the secret is not `whsec_` and the base64 of 24 to 75 bytes: with a public key nobody signs.
 */
export function sign({ id, timestampSeconds, body, secret }: SignOptions): string {
  const key = parseSigningSecret(secret);
  if (key.type !== 'secret') {
    throw new SigningSecretError(SecretErrorCode.NO_PREFIX, 'with a public key (whpk_) nobody can sign');
  }
  return VERSION + digest(key, { id, timestamp: String(timestampSeconds), body });
}

/**
 * Position (from 1) of the first key that made one of the header's entries, or `undefined`. A shared secret is only
 * ever asked about `v1`, a public key about the first four of `v1a`.
 */
export function matchSignature(
  keys: readonly KeyObject[],
  content: SignedContent,
  signatureHeader: string,
): number | undefined {
  const entries = signatureHeader.split(' ');
  const bySecret = entries.flatMap((entry) =>
    entry.startsWith(VERSION) ? [Buffer.from(entry.slice(VERSION.length), 'utf8')] : [],
  );
  const byPublicKey = entries
    .filter((entry) => entry.startsWith(PUBLIC_KEY_VERSION))
    .slice(0, MAX_PUBLIC_KEY_SIGNATURES)
    .flatMap((entry) => decodeSignature(entry.slice(PUBLIC_KEY_VERSION.length)) ?? []);
  const index = keys.findIndex((key) =>
    key.type === 'secret' ? isBySecret(key, content, bySecret) : isByPublicKey(key, content, byPublicKey),
  );
  return index === -1 ? undefined : index + 1;
}

/** The base64 text itself is compared, in constant time: a decoder would take several texts for the same signature. */
function isBySecret(key: KeyObject, content: SignedContent, candidates: readonly Buffer[]): boolean {
  if (candidates.length === 0) return false;
  const expected = Buffer.from(digest(key, content), 'utf8');
  return candidates.some(
    (candidate) => candidate.length === expected.length && timingSafeEqual(candidate, expected),
  );
}

function isByPublicKey(key: KeyObject, content: SignedContent, candidates: readonly Buffer[]): boolean {
  if (candidates.length === 0) return false;
  const { id, timestamp, body } = content;
  const signed = Buffer.concat([
    Buffer.from(`${id}.${timestamp}.`),
    typeof body === 'string' ? Buffer.from(body) : body,
  ]);
  return candidates.some((candidate) => verify(null, signed, key, candidate));
}

/** Only the one text that encodes these bytes. */
function decodeSignature(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === ED25519_SIGNATURE_BYTES && bytes.toString('base64') === text ? bytes : undefined;
}
