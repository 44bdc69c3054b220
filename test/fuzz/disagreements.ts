import { isUtf8 } from 'node:buffer';
import {
  expectedEntries,
  hasPrefix,
  isBase64Secret,
  isValidSecret,
  keyOf,
  type Reading,
  Verdict,
} from './documented.ts';
import { ORACLES, type OracleAnswer, type OracleName } from './oracles.ts';

export interface Disagreement {
  readonly oracle: OracleName;
  readonly theirs: OracleAnswer;
  /** Why we refuse, by our documents; `accepted` where we accept. */
  readonly verdict: Verdict;
  readonly reading: Reading;
}

interface Explanation {
  /** Who differs in this. */
  readonly oracles: readonly OracleName[];
  readonly explanation: string;
  /** Narrow: it holds only where this alone makes the difference, never for a request that merely looks like it. */
  explains(disagreement: Disagreement): boolean;
}

const BOTH = ORACLES;
const versionOf = (entry: string) => entry.split(',', 1)[0];
/** How they read an entry: up to its second comma. */
const cut = (entry: string) => entry.split(',').slice(0, 2).join(',');

/** The secret that they verified with, as far as we refuse the stored value. */
const verifiedWith = ({ verdict, theirs: { secret } }: Disagreement) =>
  verdict === Verdict.SECRET ? secret : undefined;

function matches({ reading }: Disagreement, body: Buffer, readEntry: (entry: string) => string): boolean {
  const entries = reading.signature
    .split(' ')
    .filter((entry) => versionOf(entry) === 'v1')
    .map(readEntry);
  return expectedEntries(reading, body).some((expected) => entries.includes(expected));
}

const replaced = ({ reading }: Disagreement) => Buffer.from(reading.body.toString('utf8'));

/** They accept, we refuse: laxities of theirs, each with what we ask for instead. */
export const LAXITIES = {
  'mixed-families': {
    oracles: ['svix'],
    explanation:
      'svix fills a missing svix-* header in from webhook-*: one family could complete a captured set of the other',
    explains: ({ verdict }) => verdict === Verdict.MISSING,
  },
  'any-id': {
    oracles: BOTH,
    explanation:
      'any text is an id to them, with a dot that lets a body be shifted into it; ours are 1 to 128 of A-Z a-z 0-9 _ -',
    explains: ({ verdict }) => verdict === Verdict.ID,
  },
  'parsed-timestamp': {
    oracles: BOTH,
    explanation:
      'parseInt takes white space, a sign, leading zeros and whatever follows the digits; ours are the digits that were signed',
    explains: ({ verdict, reading }) =>
      verdict === Verdict.TIMESTAMP && String(Number.parseInt(reading.timestamp, 10)) !== reading.timestamp,
  },
  'negative-timestamp': {
    oracles: BOTH,
    explanation: 'a time before 1970 is a time to them; it matters to a clock that stands at its start',
    explains: ({ verdict, reading }) =>
      verdict === Verdict.TIMESTAMP && /^-[1-9]\d*$/.test(reading.timestamp),
  },
  'second-comma': {
    oracles: BOTH,
    explanation: 'what follows the second comma of an entry is ignored; ours compare the whole entry',
    explains: (each) =>
      each.verdict === Verdict.MISMATCH &&
      !matches(each, replaced(each), (entry) => entry) &&
      matches(each, replaced(each), cut),
  },
  'replacement-text': {
    oracles: BOTH,
    explanation:
      'bytes that are not UTF-8 become U+FFFD before they hash, so many bodies have one signature; ours hash the bytes',
    explains: (each) =>
      each.verdict === Verdict.MISMATCH &&
      !isUtf8(each.reading.body) &&
      matches(each, replaced(each), (entry) => entry),
  },
  'secret-without-prefix': {
    oracles: BOTH,
    explanation: 'a secret needs no whsec_; ours do, so that another kind of key is not taken for one',
    explains: (each) => {
      const secret = verifiedWith(each);
      return secret !== undefined && !hasPrefix(secret);
    },
  },
  'secret-loose-base64': {
    oracles: BOTH,
    explanation: 'missing padding and stray last bits pass; ours refuse what may be a cut-off secret',
    explains: (each) => {
      const secret = verifiedWith(each);
      return secret !== undefined && hasPrefix(secret) && !isBase64Secret(secret);
    },
  },
  'secret-length': {
    oracles: BOTH,
    explanation: 'a key of any length from one byte passes; ours have 24 to 75 bytes',
    explains: (each) => {
      const secret = verifiedWith(each);
      return (
        secret !== undefined &&
        hasPrefix(secret) &&
        isBase64Secret(secret) &&
        !isValidSecret(secret) &&
        keyOf(secret).length > 0
      );
    },
  },
  'secret-empty': {
    oracles: ['svix'],
    explanation:
      'the empty secret is a key that anybody can sign with (standardwebhooks 1.0.0 inside of svix)',
    explains: (each) => {
      const secret = verifiedWith(each);
      return (
        secret !== undefined && hasPrefix(secret) && isBase64Secret(secret) && keyOf(secret).length === 0
      );
    },
  },
  'secret-bad-neighbour': {
    oracles: BOTH,
    explanation:
      'used one by one they cannot see that another stored secret is broken; ours refuse the whole set, so that it is mended',
    explains: (each) => {
      const secret = verifiedWith(each);
      return secret !== undefined && isValidSecret(secret);
    },
  },
} satisfies Record<string, Explanation>;

/** We accept, they refuse. */
export const REFUSALS = {
  'not-json': {
    oracles: ['svix'],
    explanation:
      'svix parses the body after its signature has matched; ours queue what is signed, and the consumer dead-letters it with the reason',
    explains: ({ theirs, reading }) => theirs.refusedAsJson && !isJson(reading.body),
  },
  // The only one in which both refuse: `judge` lets no other do so.
  'signed-bytes': {
    oracles: BOTH,
    explanation:
      'a body that is not UTF-8, signed over its very bytes (checked by a second HMAC): they hash the replacement text instead',
    explains: (each) =>
      each.reading.isBase64Encoded &&
      !isUtf8(each.reading.body) &&
      matches(each, each.reading.body, (entry) => entry) &&
      !matches(each, replaced(each), cut),
  },
} satisfies Record<string, Explanation>;

/** The reasons for which we may accept what both of them refuse. */
export const REFUSED_BY_BOTH: readonly string[] = ['signed-bytes'];

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** `svix: any-id`; undefined when nothing on the list explains it. */
export function nameOf(disagreement: Disagreement): string | undefined {
  const list: Readonly<Record<string, Explanation>> =
    disagreement.verdict === Verdict.ACCEPTED ? REFUSALS : LAXITIES;
  const found = Object.entries(list).find(
    ([, each]) => each.oracles.includes(disagreement.oracle) && each.explains(disagreement),
  );
  return found?.[0];
}
