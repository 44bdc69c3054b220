import fc from 'fast-check';

/** Of these no character is made: UTF-16 puts those above them together from two. */
const SURROGATES = { first: 0xd800, count: 0x800 };

const character = fc.nat({ max: 0x10ffff - SURROGATES.count }).map(
  (index) => String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count),
  (value) => {
    const code = typeof value === 'string' ? (value.codePointAt(0) ?? 0) : 0;
    const index = code < SURROGATES.first ? code : code - SURROGATES.count;
    if (value !== String.fromCodePoint(code)) throw new TypeError('not one character');
    return index;
  },
);

/**
 * Texts of any characters, the names that objects inherit among them. As fast-check's unit `binary`, which makes a
 * table of all 1.1 million characters to find those names: a second of a core in each file that asks for it.
 */
export function anyText(bounds: Omit<fc.StringConstraints, 'unit'> = {}): fc.Arbitrary<string> {
  return fc.string({ ...bounds, unit: character });
}
