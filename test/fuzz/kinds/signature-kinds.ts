import type { Random } from '../../simulation/random.ts';
import { bytesOf, type Draft, type Kind, textOf } from '../draft.ts';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VERSIONS = ['v1a', 'v2', 'v0', 'v', 'V1', 'v01', 'v1.0', '1', '', 'v11', ' v1', '\u0000v1', 'v１'];
const SEPARATORS = ['\t', '\n', ',', ';', ', ', '  ', '\u00a0', '|', '', '\r\n', '\v'];

const mac = (entry: string) => entry.slice(entry.indexOf(',') + 1);
const wrongMac = (random: Random) => bytesOf(random, 32).toString('base64');

const DECOYS: readonly ((own: string, random: Random) => string)[] = [
  (_own, random) => `v1,${wrongMac(random)}`,
  (_own, random) => `${random.pick(VERSIONS)},${wrongMac(random)}`,
  (own, random) => `v1,${mac(own).slice(0, random.integer(0, 43))}`,
  (_own, random) => random.pick(['', 'v1', 'v1,', ',', ',,', 'v1,,', 'v1,=', 'garbage', '\u0000', 'é']),
  (own) => `v2,${mac(own)}`,
];

/** The genuine entry written in other ways. */
const ENTRY_FORMS: readonly ((own: string, random: Random) => string)[] = [
  (own) => own.replace(',', ''),
  (own, random) => own.replace(',', random.pick(['=', ':', ';', '，', '.'])),
  (own) => mac(own),
  (own, random) => own + random.pick([',', ',more', `,${mac(own)}`, ',,', ',v1']),
  (own, random) => random.pick(['v1,', ',', 'v1,v1,', 'v2,']) + own,
  (own, random) => own + random.pick(['\t', '\u0000', '\n', '=', 'A', '\u00a0', 'é']),
  (own) => own.replace('v1,', 'v1, '),
  (own) => `"${own}"`,
  (own) => own,
];

const MAC_FORMS: readonly ((text: string, random: Random) => string)[] = [
  (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
  (text) => text.replace(/=+$/, ''),
  (text, random) => text + '='.repeat(random.integer(1, 5)),
  (text, random) => text.slice(0, random.integer(0, 43)),
  (text, random) => text + textOf(random, BASE64, random.integer(1, 20)),
  looseBits,
  (text, random) => {
    const at = random.integer(0, text.length);
    return text.slice(0, at) + random.pick([' ', '\n', '\t', '\r\n', '-', '=']) + text.slice(at);
  },
  (text) => Buffer.from(text, 'base64').toString('hex'),
  (text) => Buffer.from(text).toString('base64'),
  (text) => text.toLowerCase(),
  (text) => encodeURIComponent(text),
  (text) => [...text].reverse().join(''),
];

/** Of the last character before `=`, two bits belong to no byte. */
function looseBits(text: string, random: Random): string {
  const at = text.length - 2;
  const used = BASE64.indexOf(text[at] ?? 'A');
  return `${text.slice(0, at)}${BASE64[used + random.integer(0, 3)]}=`;
}

function addDecoys(draft: Draft, random: Random, count: number): void {
  const own = draft.entries[0] ?? '';
  for (let added = 0; added < count; added++) {
    draft.entries.splice(random.integer(0, draft.entries.length), 0, random.pick(DECOYS)(own, random));
  }
}

const rewrite = (draft: Draft, form: (entry: string) => string) => {
  draft.entries = draft.entries.map((entry, index) => (index === 0 ? form(entry) : entry));
};

/** Earlier kinds come first here, so that the first entry is still the genuine one. */
export const signatureKinds = {
  'signature-base64': {
    phase: 'signature',
    meets: 'both',
    apply(draft, random) {
      rewrite(draft, (entry) => `v1,${random.pick(MAC_FORMS)(mac(entry), random)}`);
    },
  },
  'signature-version': {
    phase: 'signature',
    meets: 'refused',
    apply(draft, random) {
      rewrite(draft, (entry) => `${random.pick(VERSIONS)},${mac(entry)}`);
    },
  },
  'signature-entry': {
    phase: 'signature',
    meets: 'both',
    apply(draft, random) {
      rewrite(draft, (entry) => random.pick(ENTRY_FORMS)(entry, random));
    },
  },
  'signature-list': {
    phase: 'signature',
    meets: 'both',
    apply(draft, random) {
      addDecoys(draft, random, random.integer(1, 6));
      if (random.chance(0.2)) draft.entries = draft.entries.filter((entry) => !entry.startsWith('v1,'));
    },
  },
  'signature-many': {
    phase: 'signature',
    meets: 'both',
    apply(draft, random) {
      if (random.chance(0.2)) rewrite(draft, () => `v1,${wrongMac(random)}`);
      addDecoys(draft, random, random.chance(0.1) ? random.integer(100, 400) : random.integer(7, 30));
    },
  },
  'signature-separator': {
    phase: 'signature',
    meets: 'both',
    apply(draft, random) {
      draft.separator = random.pick(SEPARATORS);
      if (draft.entries.length === 1) addDecoys(draft, random, random.integer(1, 3));
    },
  },
} satisfies Record<string, Kind>;
