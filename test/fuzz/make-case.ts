import { createRandom, type Random } from '../simulation/random.ts';
import { type Draft, HEADER_FIELDS, newDraft, PHASES } from './draft.ts';
import { type FuzzCase, macOf } from './fuzz-case.ts';
import { KIND_NAMES, KINDS, type KindName } from './kinds/index.ts';

/** Chance of so many mutations in one request; the rest of the requests are valid. */
const CHANCES = [
  { count: 1, chance: 0.5 },
  { count: 2, chance: 0.22 },
  { count: 3, chance: 0.1 },
] as const;

export interface CaseAddress {
  readonly seed: number;
  readonly index: number;
}

export interface MadeCase {
  readonly given: FuzzCase;
  /** What was done to a valid request. */
  readonly kinds: readonly KindName[];
}

export interface Simplification {
  /** Only these of the case's own kinds. Each draws from a stream of its own, so the others stay as they were. */
  readonly kinds?: readonly KindName[];
  /** Around them the plainest request there is. */
  readonly plain?: boolean;
}

/** The same case for the same address, always. */
export function makeCase({ seed, index }: CaseAddress, simpler: Simplification = {}): MadeCase {
  const stream = (name: string) => createRandom(seed, `${index}/${name}`);
  const chance = stream('request');
  const ownKinds = pickKinds(chance);
  const kinds = simpler.kinds ?? ownKinds;
  const draft = newDraft(chance, simpler.plain === true);
  for (const phase of PHASES) {
    if (phase === 'signature') signDraft(draft);
    if (phase === 'headers') writeHeaders(draft);
    for (const name of KIND_NAMES) {
      const kind = KINDS[name];
      if (kind.phase === phase && kinds.includes(name)) kind.apply(draft, stream(name));
    }
  }
  const { headers, sent, transport, storedSecret, nowMs } = draft;
  return { given: { headers, body: sent.body, transport, storedSecret, nowMs }, kinds };
}

function pickKinds(random: Random): readonly KindName[] {
  let left = random.next();
  const { count } = CHANCES.find(({ chance }) => {
    left -= chance;
    return left < 0;
  }) ?? { count: 0 };
  const picked = new Set<KindName>();
  while (picked.size < count) picked.add(random.pick(KIND_NAMES));
  return [...picked];
}

function signDraft(draft: Draft): void {
  draft.entries = [`v1,${macOf(draft.signingKey, draft.signed)}`];
}

function writeHeaders(draft: Draft): void {
  const { id, timestamp } = draft.sent;
  const values = { id, timestamp, signature: draft.entries.join(draft.separator) };
  draft.headers = HEADER_FIELDS.map((field) => ({ name: `svix-${field}`, value: values[field] }));
}
