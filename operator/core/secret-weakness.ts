import { createHash } from 'node:crypto';

/** Why a key that the functions take may be guessed, and how it is told. */
export const SECRET_WEAKNESSES = {
  published: 'it is an example from published documentation: everybody can sign with it',
  'equal-bytes': 'all bytes of its key are the same: a placeholder',
  repeating: 'its key repeats a short pattern: a placeholder, or typed by hand',
  sequence: 'its key counts up or down: a placeholder, or typed by hand',
  text: 'its key is readable text, not random bytes: chosen by a person, it can be guessed',
} as const;
export type SecretWeakness = keyof typeof SECRET_WEAKNESSES;

/** Anybody can sign with these: on AWS they are refused. */
export const GUESSABLE: ReadonlySet<SecretWeakness> = new Set(['published', 'equal-bytes', 'sequence']);

/**
 * SHA-256 of the keys in published examples: those of the READMEs of Svix's and the Standard Webhooks
 * libraries, and of Svix's API reference. As digests, so that scanners for leaked secrets stay silent.
 */
const PUBLISHED_KEYS: ReadonlySet<string> = new Set([
  'f74e1720b76148810ffaeb4dc46a600cfa2fc3720e96da67a85a3dcb3f14c7a3',
  '640bcf020faf995ff89f2cda6aa82e743433a27ac4da83349643b355e59b1d49',
]);

/** Undefined when the key looks random. */
export function weaknessOf(key: Uint8Array): SecretWeakness | undefined {
  if (PUBLISHED_KEYS.has(createHash('sha256').update(key).digest('hex'))) return 'published';
  if (hasPeriod(key, 1)) return 'equal-bytes';
  if (steps(key).every((step, _, all) => step === all[0])) return 'sequence';
  for (let period = 2; period <= key.length / 2; period += 1) {
    if (hasPeriod(key, period)) return 'repeating';
  }
  // 24 random bytes are all printable once in 20 thousand million keys.
  return key.every((byte) => byte >= 0x20 && byte < 0x7f) ? 'text' : undefined;
}

function hasPeriod(key: Uint8Array, period: number): boolean {
  return key.every((byte, index) => index < period || byte === key[index - period]);
}

/** Differences of neighbours, modulo 256. */
function steps(key: Uint8Array): readonly number[] {
  return [...key.subarray(1)].map((byte, index) => (byte - (key[index] ?? 0)) & 0xff);
}
