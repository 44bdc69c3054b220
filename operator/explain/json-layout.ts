import type { JsonTree } from './json-tree.ts';

/** One way to write a JSON document. */
export interface JsonLayout {
  /** For people: `compact`, `spaced, key-sorted`. */
  readonly name: string;
  readonly itemSeparator: string;
  readonly keySeparator: string;
  /** Of one level; absent: all on one line. */
  readonly indent?: string;
  readonly quote: (text: string) => string;
  readonly number: (text: string) => string;
}

const SPACINGS: readonly Pick<JsonLayout, 'name' | 'itemSeparator' | 'keySeparator' | 'indent'>[] = [
  { name: 'compact', itemSeparator: ',', keySeparator: ':' },
  { name: 'spaced', itemSeparator: ', ', keySeparator: ': ' },
  { name: 'indented by 2', itemSeparator: ',', keySeparator: ': ', indent: '  ' },
  { name: 'indented by 4', itemSeparator: ',', keySeparator: ': ', indent: '    ' },
  { name: 'indented by tabs', itemSeparator: ',', keySeparator: ': ', indent: '\t' },
  { name: 'spaced after colons', itemSeparator: ',', keySeparator: ': ' },
  { name: 'spaced after commas', itemSeparator: ', ', keySeparator: ':' },
  { name: 'indented by 2, spaces around colons', itemSeparator: ',', keySeparator: ' : ', indent: '  ' },
];

const escapeAs = (format: (code: string) => string) => (character: string) =>
  format(character.charCodeAt(0).toString(16).padStart(4, '0'));
const lower = escapeAs((code) => `\\u${code}`);
const upper = escapeAs((code) => `\\u${code.toUpperCase()}`);
const slashes = (text: string) => text.replaceAll('/', '\\/');
const notAscii = /[^\0-\x7f]/g;

const QUOTES: readonly { readonly name: string; readonly quote: (text: string) => string }[] = [
  { name: '', quote: (text) => JSON.stringify(text) },
  // Python, Ruby's ascii_only
  { name: 'with \\u escapes', quote: (text) => JSON.stringify(text).replace(notAscii, lower) },
  { name: 'with \\U escapes in capitals', quote: (text) => JSON.stringify(text).replace(notAscii, upper) },
  // PHP, with and without JSON_UNESCAPED_UNICODE
  {
    name: 'with \\/ and \\u escapes',
    quote: (text) => slashes(JSON.stringify(text).replace(notAscii, lower)),
  },
  { name: 'with \\/ escapes', quote: (text) => slashes(JSON.stringify(text)) },
  // Go
  {
    name: 'with <, > and & escaped',
    quote: (text) => JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, lower),
  },
  // System.Text.Json
  {
    name: "with <, >, &, ', + and \\u escapes",
    quote: (text) =>
      JSON.stringify(text)
        .replace(/\\"/g, '\\u0022')
        .replace(/[<>&'+`]|[^\0-\x7f]/g, upper),
  },
];

const NUMBERS: readonly { readonly name: string; readonly number: (text: string) => string }[] = [
  { name: '', number: (text) => text },
  {
    name: 'numbers as JavaScript writes them',
    number: (text) => (/^-?\d/.test(text) ? JSON.stringify(Number(text)) : text),
  },
];

/** As JavaScript writes it. */
export const COMPACT: JsonLayout = {
  name: 'compact',
  itemSeparator: ',',
  keySeparator: ':',
  quote: JSON.stringify,
  number: (text) => text,
};

/** Every layout under which this document looks different, the common ones first. */
export function layoutsOf(tree: JsonTree): readonly JsonLayout[] {
  // Most documents hold nothing that any library escapes or numbers that any rewrites.
  const styles = new Map<string, (typeof STYLES)[number]>();
  for (const style of STYLES) {
    const text = writeJson(tree, { ...COMPACT, ...style });
    if (!styles.has(text)) styles.set(text, style);
  }
  return [...styles.values()].flatMap((style) => {
    const quote = remembering(style.quote);
    return SPACINGS.map((spacing) => ({
      ...spacing,
      ...style,
      quote,
      name: [spacing.name, style.name].filter((part) => part !== '').join(', '),
    }));
  });
}

/** A large document is written dozens of times, with the same strings. */
function remembering(quote: JsonLayout['quote']): JsonLayout['quote'] {
  const quoted = new Map<string, string>();
  return (text) => {
    const known = quoted.get(text) ?? quote(text);
    quoted.set(text, known);
    return known;
  };
}

const STYLES = NUMBERS.flatMap(({ name: numbers, number }) =>
  QUOTES.map(({ name: quotes, quote }) => ({
    name: [quotes, numbers].filter((part) => part !== '').join(', '),
    quote,
    number,
  })),
);

export function writeJson(tree: JsonTree, layout: JsonLayout): string {
  return write(tree, layout, layout.indent === undefined ? '' : '\n');
}

/** @param lineBreak - a line break and the indentation of this level; empty on one line */
function write(tree: JsonTree, layout: JsonLayout, lineBreak: string): string {
  if (tree.kind === 'string') return layout.quote(tree.value);
  if (tree.kind === 'literal') return layout.number(tree.text);
  const inner = lineBreak + (layout.indent ?? '');
  const [open, close, parts] =
    tree.kind === 'array'
      ? ['[', ']', tree.items.map((item) => write(item, layout, inner))]
      : [
          '{',
          '}',
          tree.members.map(
            ([key, value]) => layout.quote(key) + layout.keySeparator + write(value, layout, inner),
          ),
        ];
  if (parts.length === 0) return open + close;
  return open + inner + parts.join(layout.itemSeparator + inner) + lineBreak + close;
}
