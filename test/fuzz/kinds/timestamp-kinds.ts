import type { Random } from '../../simulation/random.ts';
import { type Draft, type Kind, setBoth } from '../draft.ts';

const EDGE_SECONDS = [0, 1, 298, 299, 300, 301, 302, 600, 86_400, 315_360_000];
const EDGE_MS = [0, 1, 499, 500, 501, 998, 999];

const secondsOf = (draft: Draft) => Math.floor(draft.nowMs / 1_000);

/** Texts that some parser takes for the number, or that none should. */
const FORMS: readonly ((seconds: number, random: Random) => string)[] = [
  (seconds, random) => '0'.repeat(random.integer(1, 12)) + seconds,
  (seconds, random) => random.pick(['+', '-', '--', '+-', '"', "'", '$', '_', '.']) + seconds,
  (seconds, random) => random.pick([' ', '\t', '\n', '\v', '\u00a0', '\ufeff', '\u2028', '\u200b']) + seconds,
  (seconds, random) =>
    seconds + random.pick([' ', '\t', '\n', '\r\n', '\u0000', 'abc', 'n', ';', ',', '"', 'Z']),
  (seconds, random) =>
    seconds + random.pick(['.0', '.', '.5', '.999', 'e0', 'e3', 'E-1', '_0', `,${seconds}`]),
  (seconds) => `0x${seconds.toString(16)}`,
  (seconds) => `0o${seconds.toString(8)}`,
  (seconds) => seconds.toExponential(),
  (seconds) => `${seconds / 1e9}e9`,
  (seconds) => String(seconds * 1_000),
  (seconds) => new Date(seconds * 1_000).toISOString(),
  (seconds) => [...String(seconds)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(''),
  (seconds) => [...String(seconds)].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join(''),
  (_seconds, random) => random.pick(['NaN', 'Infinity', '-Infinity', 'null', 'undefined', 'now', '-0', '0']),
  (seconds, random) => seconds + '0'.repeat(random.pick([5, 6, 20, 400])),
  (_seconds, random) => '9'.repeat(random.integer(1, 30)),
  (seconds) => String(seconds).slice(0, -1),
];

/** Signed as it is sent, or as the number that `parseInt` reads in it. */
function writeTimestamp(draft: Draft, random: Random): void {
  const timestamp = random.pick(FORMS)(secondsOf(draft), random);
  const parsed = Number.parseInt(timestamp, 10);
  const signed = Number.isFinite(parsed) && random.chance(0.7) ? String(parsed) : timestamp;
  draft.signed = { ...draft.signed, timestamp: signed };
  draft.sent = { ...draft.sent, timestamp };
}

export const timestampKinds = {
  clock: {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      // Near the epoch a negative timestamp is within the tolerance; in 2286 it gets an eleventh digit.
      draft.nowMs = random.pick([
        0, 1_000, 299_999, 9_999_999_999_000, 100_000_000_000_000, 253_402_300_799_000,
      ]);
      draft.nowMs += random.integer(0, 120_000);
      setBoth(draft, { timestamp: String(secondsOf(draft) + random.integer(-301, 301)) });
    },
  },
  'timestamp-edge': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      draft.nowMs = secondsOf(draft) * 1_000 + random.pick(EDGE_MS);
      const ageSeconds = random.pick(EDGE_SECONDS) * random.pick([1, -1]);
      setBoth(draft, { timestamp: String(secondsOf(draft) - ageSeconds) });
    },
  },
  'timestamp-text': { phase: 'content', meets: 'refused', apply: writeTimestamp },
  'timestamp-moved': {
    phase: 'content',
    meets: 'refused',
    apply(draft, random) {
      const moved = Number(draft.sent.timestamp) + random.pick([-1, 1, 10, 60, -100]);
      draft.sent = { ...draft.sent, timestamp: String(moved) };
    },
  },
} satisfies Record<string, Kind>;
