import type { Random } from '../../simulation/random.ts';
import { type Draft, HEADER_FIELDS, type Kind } from '../draft.ts';
import type { Header } from '../fuzz-case.ts';

const CONTROLS = [
  '\u0000',
  '\u0001',
  '\u001b',
  '\u007f',
  '\u0085',
  '\r',
  '\n',
  'é',
  '\u00ff',
  '\u202e',
  '\u{1f600}',
];
const SPACES = [' ', '\t', '  ', ' \t', '\u00a0'];
const EXTRA = [
  'content-type',
  'user-agent',
  'svix-signature-2',
  'svix-ids',
  'webhook-idempotency',
  'x-svix-id',
  'svix_id',
  '__proto__',
  'constructor',
  'svix-id ',
];

const fieldOf = (name: string) => HEADER_FIELDS.find((field) => name.toLowerCase().endsWith(`-${field}`));

const changeOne = (draft: Draft, random: Random, change: (header: Header) => Header[]) => {
  const at = random.integer(0, draft.headers.length - 1);
  draft.headers = draft.headers.flatMap((header, index) => (index === at ? change(header) : [header]));
};

const changeValue = (draft: Draft, random: Random, change: (value: string) => string) =>
  changeOne(draft, random, ({ name, value }) => [{ name, value: change(value) }]);

/** The same three under the other family's names. */
const otherFamily = ({ name, value }: Header): Header => ({
  name: name.startsWith('webhook-') ? name.replace('webhook-', 'svix-') : name.replace('svix-', 'webhook-'),
  value,
});

/** A second family beside the first: the same, contradicting, incomplete, or with the genuine one behind it. */
function addFamily(draft: Draft, random: Random): void {
  const genuine = draft.headers;
  const other = genuine.map(otherFamily);
  const broken = (headers: readonly Header[]) => {
    const at = random.integer(0, headers.length - 1);
    return headers.flatMap((header, index) =>
      index === at
        ? random.pick([[], [{ ...header, value: '' }], [{ ...header, value: `${header.value}x` }]])
        : [header],
    );
  };
  draft.headers = random.pick([
    () => [...genuine, ...other],
    () => [...other, ...genuine],
    () => [...genuine, ...broken(other)],
    () => [...broken(genuine), ...other],
  ])();
}

const spell = (name: string, random: Random) =>
  random.pick([
    name.toUpperCase(),
    name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
    [...name].map((letter) => (random.chance(0.5) ? letter.toUpperCase() : letter)).join(''),
  ]);

/** In this order: the families by their plain names, before the names are spelled otherwise. */
export const headerKinds = {
  'family-webhook': {
    phase: 'headers',
    meets: 'both',
    apply(draft) {
      draft.headers = draft.headers.map(otherFamily);
    },
  },
  'family-mixed': {
    phase: 'headers',
    meets: 'refused',
    apply(draft, random) {
      changeOne(draft, random, (header) => [otherFamily(header)]);
    },
  },
  'family-both': { phase: 'headers', meets: 'both', apply: addFamily },
  'header-missing': {
    phase: 'headers',
    meets: 'refused',
    apply(draft, random) {
      const gone = random.chance(0.1) ? HEADER_FIELDS : [random.pick(HEADER_FIELDS)];
      draft.headers = draft.headers.filter(({ name }) => !gone.some((field) => field === fieldOf(name)));
    },
  },
  'header-empty': {
    phase: 'headers',
    meets: 'refused',
    apply(draft, random) {
      if (draft.headers.length > 0) changeValue(draft, random, () => random.pick(['', '', ' ']));
    },
  },
  'header-space': {
    phase: 'headers',
    meets: 'both',
    apply(draft, random) {
      if (draft.headers.length === 0) return;
      changeValue(draft, random, (value) =>
        random.chance(0.5) ? value + random.pick(SPACES) : random.pick(SPACES) + value,
      );
    },
  },
  'header-control': {
    phase: 'headers',
    meets: 'refused',
    apply(draft, random) {
      if (draft.headers.length === 0) return;
      changeValue(draft, random, (value) => {
        const at = random.pick([0, value.length, random.integer(0, value.length)]);
        return value.slice(0, at) + random.pick(CONTROLS) + value.slice(at);
      });
    },
  },
  'header-doubled': {
    phase: 'headers',
    meets: 'both',
    apply(draft, random) {
      if (random.chance(0.2))
        draft.headers.push({ name: 'x-trace', value: '1' }, { name: 'X-Trace', value: '2' });
      else if (draft.headers.length > 0) {
        changeOne(draft, random, (header) =>
          random.pick([
            [header, header],
            [header, { ...header, value: 'x' }],
          ]),
        );
      }
    },
  },
  'header-extra': {
    phase: 'headers',
    meets: 'both',
    apply(draft, random) {
      const value = random.pick(['', 'x', 'v1,AAAA', 'msg_2']);
      draft.headers.splice(random.integer(0, draft.headers.length), 0, { name: random.pick(EXTRA), value });
    },
  },
  'header-spelling': {
    phase: 'headers',
    meets: 'both',
    apply(draft, random) {
      draft.headers = draft.headers.map(({ name, value }) => ({ name: spell(name, random), value }));
    },
  },
} satisfies Record<string, Kind>;
