/** Seeded chance. Each purpose draws from a stream of its own, so that leaving out one fault moves no other. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** FNV-1a over the stream's name, mixed with the seed. */
function startState(seed: number, stream: string): number {
  let hash = 2_166_136_261 ^ seed;
  for (const character of stream) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return hash ^ Math.imul(seed, 2_654_435_761);
}

/** splitmix32. */
export function createRandom(seed: number, stream: string): Random {
  let state = startState(seed, stream) | 0;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    integer,
    between: (from, to) => from + next() * (to - from),
    chance: (probability) => probability > 0 && next() < probability,
    pick<T>(list: readonly T[]) {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[integer(0, list.length - 1)] as T;
    },
  };
}
