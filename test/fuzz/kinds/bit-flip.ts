import type { Random } from '../../simulation/random.ts';
import type { Draft, Kind } from '../draft.ts';

function flip(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const at = random.integer(0, copy.length - 1);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(0, 7));
  return copy;
}

const flipText = (text: string, random: Random) =>
  flip(Buffer.from(text, 'latin1'), random).toString('latin1');

/** One bit, at any place of anything that the verifier reads. */
const PLACES: readonly ((draft: Draft, random: Random) => void)[] = [
  (draft, random) => {
    draft.sent = { ...draft.sent, id: flipText(draft.sent.id, random) };
  },
  (draft, random) => {
    draft.sent = { ...draft.sent, timestamp: flipText(draft.sent.timestamp, random) };
  },
  (draft, random) => {
    draft.sent = { ...draft.sent, body: flip(draft.sent.body, random) };
  },
  (draft, random) => {
    const at = random.integer(0, draft.entries.length - 1);
    draft.entries = draft.entries.map((entry, index) => (index === at ? flipText(entry, random) : entry));
  },
  (draft, random) => {
    draft.storedSecret = flipText(draft.storedSecret, random);
  },
];

export const bitFlipKinds = {
  // `both`: a flip of a digit's bit in another entry, or in the secret that does not sign, changes nothing.
  'bit-flip': {
    phase: 'signature',
    meets: 'both',
    apply: (draft, random) => random.pick(PLACES)(draft, random),
  },
} satisfies Record<string, Kind>;
