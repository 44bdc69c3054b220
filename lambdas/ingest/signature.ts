import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { parseSigningSecret } from './signing-secret.ts';

/** The only version with a shared secret; entries of other versions are ignored, as the standard asks. */
const VERSION = 'v1,';

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
 * @throws {SigningSecretError} when the secret is not `whsec_` and the base64 of 24 to 64 bytes.
 */
export function sign({ id, timestampSeconds, body, secret }: SignOptions): string {
  return VERSION + digest(parseSigningSecret(secret), { id, timestamp: String(timestampSeconds), body });
}

/**
 * Position (from 1) of the first key that made one of the header's `v1,` entries, or `undefined`. The base64
 * text itself is compared, in constant time: a decoder would take several texts for the same signature.
 */
export function matchSignature(
  keys: readonly KeyObject[],
  content: SignedContent,
  signatureHeader: string,
): number | undefined {
  const candidates = signatureHeader
    .split(' ')
    .filter((entry) => entry.startsWith(VERSION))
    .map((entry) => Buffer.from(entry.slice(VERSION.length), 'utf8'));
  if (candidates.length === 0) {
    return undefined;
  }
  const index = keys.findIndex((key) => {
    const expected = Buffer.from(digest(key, content), 'utf8');
    return candidates.some(
      (candidate) => candidate.length === expected.length && timingSafeEqual(candidate, expected),
    );
  });
  return index === -1 ? undefined : index + 1;
}
