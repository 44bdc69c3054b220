import type { Random } from '../../simulation/random.ts';
import { bytesOf, type Draft, type Kind, SECRET_PREFIX, secretOf, textOf } from '../draft.ts';

const WHITE_SPACE = [' ', '\n', '\r\n', '\t', '  ', '\n\n', ' \n ', '\u00a0', '\ufeff', '\u2028'];
/** Code points that Node's decoder skips and the strict one does not know. */
const JUNK = ['-', '_', ' ', '\n', '.', '*', '\u0000', '=', 'é', '%3D'];

/** Stored texts of a secret, good and bad. What is signed with is what a forgiving decoder makes of the text. */
const FORMS: readonly ((key: Buffer, random: Random) => string)[] = [
  (key) => key.toString('base64'),
  (key) => SECRET_PREFIX + secretOf(key),
  (key) => secretOf(key).replace(SECRET_PREFIX, 'WHSEC_'),
  (key) => secretOf(key).replace(SECRET_PREFIX, 'whsec-'),
  (key) => secretOf(key).replace(/=+$/, ''),
  (key) => `${secretOf(key)}=`,
  (key) => secretOf(key).replaceAll('+', '-').replaceAll('/', '_'),
  (key, random) => secretOf(key.subarray(0, random.integer(0, 23))),
  (key, random) => secretOf(Buffer.concat([key, bytesOf(random, random.integer(20, 60))])),
  (_key, random) => secretOf(bytesOf(random, 24)),
  (_key, random) => secretOf(bytesOf(random, 64)),
  (_key, random) => secretOf(bytesOf(random, random.pick([23, 65]))),
  (_key, random) => withLooseBits(bytesOf(random, 25), random),
  (key, random) => insert(secretOf(key), random.pick(JUNK), random),
  (key, random) => secretOf(key).slice(0, random.integer(0, 40)),
  (key) => `"${secretOf(key)}"`,
  (key, random) => random.pick(WHITE_SPACE) + secretOf(key) + random.pick(WHITE_SPACE),
  (_key, random) => random.pick(['', ' ', SECRET_PREFIX, `${SECRET_PREFIX}=`, `${SECRET_PREFIX}====`]),
  (_key, random) => textOf(random, 'abcXYZ019+/=_- é\u0000', random.integer(1, 40)),
];

/** The last character before `==` carries four bits that no byte uses. */
function withLooseBits(key: Buffer, random: Random): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const text = secretOf(key);
  const at = text.indexOf('=') - 1;
  const used = alphabet.indexOf(text[at] ?? 'A');
  return `${text.slice(0, at)}${alphabet[used + random.integer(0, 15)]}==`;
}

function insert(text: string, junk: string, random: Random): string {
  const at = random.integer(0, text.length);
  return text.slice(0, at) + junk + text.slice(at);
}

/** One of a stored set as a forgiving reader takes it. */
function forgivingKey(text: string): Buffer {
  const trimmed = text.trim();
  const encoded = trimmed.startsWith(SECRET_PREFIX) ? trimmed.slice(SECRET_PREFIX.length) : trimmed;
  return Buffer.from(encoded, 'base64');
}

function storeForm(draft: Draft, random: Random): void {
  draft.storedSecret = random.pick(FORMS)(draft.signingKey, random);
  draft.signingKey = forgivingKey(draft.storedSecret);
}

/** Several secrets, as in a rotation; any of them signs, or none. */
function storeSet(draft: Draft, random: Random): void {
  const own = secretOf(draft.signingKey);
  const set = Array.from({ length: random.integer(1, 3) }, () => secretOf(bytesOf(random, 32)));
  if (random.chance(0.15)) set.push(random.pick(FORMS)(bytesOf(random, 32), random));
  if (random.chance(0.85)) set.splice(random.integer(0, set.length), 0, own);
  draft.storedSecret = set.reduce((joined, next) => joined + random.pick(WHITE_SPACE) + next);
}

export const secretKinds = {
  'secret-form': { phase: 'secret', meets: 'both', apply: storeForm },
  'secret-set': { phase: 'secret', meets: 'both', apply: storeSet },
  'secret-foreign': {
    phase: 'secret',
    meets: 'refused',
    apply(draft, random) {
      draft.signingKey = random.pick([bytesOf(random, 32), Buffer.alloc(0), Buffer.alloc(32)]);
    },
  },
} satisfies Record<string, Kind>;
