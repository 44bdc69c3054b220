import { clean, type FoundHeader } from './header-readings.ts';
import type { Alteration, SignatureCause } from './reading.ts';

/** Says what was done to the header if it was made of this digest (base64); undefined if it was not. */
export type SignatureMatch = (digest: string) => readonly Alteration[] | undefined;

export interface SignatureReading {
  readonly match: SignatureMatch;
  /** What is wrong with it to look at, in case that no digest matches. */
  readonly suspicions: readonly SignatureCause[];
}

interface Entry {
  readonly text: string;
  readonly alterations: readonly Alteration[];
}

/** Fewer characters of a signature could match by chance. */
const SHORTEST_PART = 8;
const DIGEST_CHARACTERS = 44;
const LOSSY: ReadonlySet<SignatureCause> = new Set(['signature-truncated', 'signature-extended']);

export function signatureReading({ name, value = '', alterations }: FoundHeader): SignatureReading {
  const exact = value
    .split(' ')
    .filter((entry) => entry.startsWith('v1,'))
    .map((entry): Entry => ({ text: entry.slice(3), alterations }));
  const { text, causes } = clean(value);
  const before = [...alterations, ...causes.map((cause) => ({ cause, header: name }) as const)];
  const entries = [...exact, ...laxEntries(text, before)];
  return {
    match(digest) {
      const changes = entries.flatMap(({ text: entry, alterations: before }) => {
        const change = changeOf(entry, digest);
        return change === undefined
          ? []
          : [{ before, change, loses: change.some((each) => LOSSY.has(each)) }];
      });
      // What is whole explains more than a part: a header that was split in the wrong place leaves parts.
      const best = changes.find(({ loses }) => !loses) ?? changes[0];
      return best && [...best.before, ...best.change.map((cause) => ({ cause }))];
    },
    suspicions: suspicionsOf(text),
  };
}

/** Entries however they are separated and whatever stands where `v1,` should. */
function laxEntries(text: string, before: readonly Alteration[]): readonly Entry[] {
  const parts = text.split(/(\s*[,;]\s*|\s+)(?=v\d+[a-z]?[,:=.])/i);
  const joined = parts.some((part, index) => index % 2 === 1 && /[,;]/.test(part));
  const shared: readonly Alteration[] = joined
    ? [...before, { cause: 'signatures-joined-by-comma' }]
    : before;
  return parts
    .filter((_, index) => index % 2 === 0)
    .flatMap((part): Entry[] => {
      const [, version, separator, rest] = /^(v\d+[a-z]?)([,:=.])\s*(.*)$/is.exec(part) ?? [];
      if (rest === undefined) {
        return [{ text: part, alterations: [...shared, { cause: 'signature-without-version' }] }];
      }
      if (version?.toLowerCase() !== 'v1') return [];
      const standard = version === 'v1' && separator === ',';
      return [
        {
          text: rest,
          alterations: standard ? shared : [...shared, { cause: 'signature-without-version' }],
        },
      ];
    });
}

function changeOf(text: string, digest: string): readonly SignatureCause[] | undefined {
  if (text === digest) return [];
  if (text.replaceAll(' ', '+') === digest) return ['signature-plus-lost'];
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  if (standard === digest || `${standard}=` === digest) {
    return [
      ...(standard === text ? [] : (['signature-url-safe'] as const)),
      ...(standard === digest ? [] : (['signature-unpadded'] as const)),
    ];
  }
  if (text.toLowerCase() === digest.toLowerCase()) return ['signature-case-changed'];
  if (text.toLowerCase() === Buffer.from(digest, 'base64').toString('hex')) return ['signature-in-hex'];
  if (text.length >= SHORTEST_PART && digest.startsWith(text)) return ['signature-truncated'];
  return text.startsWith(digest) ? ['signature-extended'] : undefined;
}

function suspicionsOf(text: string): readonly SignatureCause[] {
  if (text === '') return [];
  const entries = text.split(/\s+/);
  const versioned = entries.filter((entry) => /^v\d+[a-z]?,/.test(entry));
  if (versioned.length === 0) return ['signature-without-version'];
  const own = versioned.filter((entry) => entry.startsWith('v1,'));
  if (own.length === 0) return ['signature-of-other-version'];
  const wellFormed = own.some(
    (entry) => entry.length === 3 + DIGEST_CHARACTERS && /^v1,[A-Za-z0-9+/]{43}=$/.test(entry),
  );
  return wellFormed ? [] : ['signature-malformed'];
}
