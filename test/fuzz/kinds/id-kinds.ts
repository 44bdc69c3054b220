import type { Random } from '../../simulation/random.ts';
import { type Draft, type Kind, setBoth } from '../draft.ts';

/** Ids at both sides of the pattern. */
const FORMS: readonly ((id: string, random: Random) => string)[] = [
  (id) => id.slice(0, 1),
  (id, random) => random.pick(['_', '-', '0', 'Z']) + id,
  (id) => id.padEnd(128, 'x'),
  (id) => id.padEnd(129, 'x'),
  (id) => id.padEnd(2_000, 'x'),
  (id, random) => `${id}.${random.pick(['', '1', id, '.'])}`,
  (id) => `.${id}`,
  (id, random) => random.pick([' ', '\t', '\u00a0', '\ufeff']) + id,
  (id, random) => id + random.pick([' ', '\n', '\r\n', '\u0000', '\u007f', '\u0085', '\u2028']),
  (id, random) => id + random.pick(['é', 'ｍ', '\u{1f600}', '\u202e', '\ud800', 'ı', 'ſ']),
  (id, random) =>
    id + random.pick(['/', '+', '=', ':', ',', '"', "'", '\\', '%2e', '@', '~', '$', '{}', '<b>']),
  (_id, random) =>
    random.pick(['', ' ', '.', '..', '__proto__', 'constructor', 'null', 'undefined', '-', '_']),
];

function change(id: string, random: Random): string {
  const at = random.integer(0, id.length);
  switch (random.pick(['append', 'remove', 'case', 'swap'])) {
    case 'append':
      return `${id.slice(0, at)}${random.pick(['x', '0', '_', '.', ' '])}${id.slice(at)}`;
    case 'remove':
      return id.slice(0, at) + id.slice(at + 1);
    case 'case':
      return random.chance(0.5) ? id.toUpperCase() : id.toLowerCase();
    default:
      return [...id].reverse().join('');
  }
}

/** The captured body's parts pass for a fresh id and timestamp: the same bytes are signed. */
function shiftBody(draft: Draft, random: Random): void {
  const fresh = String(Math.floor(draft.nowMs / 1_000));
  const rest = Buffer.from(random.pick(['{"late":true}', '', '[1,2]', '"x"']));
  const lead = random.pick(['{"note":"x', 'x', '', '1', 'msg_2']);
  const timestamp = random.pick([draft.signed.timestamp, '1700000000', fresh]);
  const { id } = draft.signed;
  const captured = Buffer.concat([Buffer.from(`${lead}.${fresh}.`), rest]);
  draft.signed = { id, timestamp, body: captured };
  draft.sent = { id: `${id}.${timestamp}.${lead}`, timestamp: fresh, body: rest };
}

/** The other way: a sender's dotted id or a timestamp's part passes for the beginning of the body. */
function shiftId(draft: Draft, random: Random): void {
  const { id, timestamp, body } = draft.signed;
  const older = random.pick(['1700000000', timestamp]);
  const tail = Buffer.concat([Buffer.from(`${older}.`), body]);
  draft.signed = { id: `${id}.${timestamp}`, timestamp: older, body };
  draft.sent = { id, timestamp, body: tail };
}

export const idKinds = {
  'id-form': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      setBoth(draft, { id: random.pick(FORMS)(draft.signed.id, random) });
    },
  },
  'id-changed': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      draft.sent = { ...draft.sent, id: change(draft.sent.id, random) };
    },
  },
  'shift-into-id': { phase: 'content', meets: 'refused', apply: shiftBody },
  // Byte for byte the content that was signed: only a sender that puts dots into its ids makes it ambiguous.
  'shift-into-body': { phase: 'content', meets: 'both', apply: shiftId },
} satisfies Record<string, Kind>;
