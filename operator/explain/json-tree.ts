import { parseJson } from '../../local/json.ts';

/** A JSON document that keeps what `JSON.parse` loses: the order and doubles of keys, and how numbers are written. */
export type JsonTree =
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: JsonTree])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonTree[] }
  | { readonly kind: 'string'; readonly value: string }
  /** A number, true, false or null, as written. */
  | { readonly kind: 'literal'; readonly text: string };

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
/** Deeper than any payload; a capture that nests further is not walked. */
const MAX_DEPTH = 200;

/** Undefined for what is not JSON, or nests too deeply. */
export function parseJsonTree(text: string): JsonTree | undefined {
  if (parseJson(text) === undefined) return undefined;
  return new TreeReader(text.match(TOKEN) ?? []).read(0);
}

/** Walks the tokens of a document that is known to be valid. */
class TreeReader {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  read(depth: number): JsonTree | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const token = this.#take();
    if (token === '{') return this.#object(depth);
    if (token === '[') return this.#array(depth);
    return token.startsWith('"')
      ? { kind: 'string', value: JSON.parse(token) as string }
      : { kind: 'literal', text: token };
  }

  #object(depth: number): JsonTree | undefined {
    const members: (readonly [string, JsonTree])[] = [];
    while (!this.#takeIf('}')) {
      this.#takeIf(',');
      const key = JSON.parse(this.#take()) as string;
      this.#takeIf(':');
      const value = this.read(depth + 1);
      if (value === undefined) return undefined;
      members.push([key, value]);
    }
    return { kind: 'object', members };
  }

  #array(depth: number): JsonTree | undefined {
    const items: JsonTree[] = [];
    while (!this.#takeIf(']')) {
      this.#takeIf(',');
      const item = this.read(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { kind: 'array', items };
  }

  #take(): string {
    const token = this.#tokens[this.#next] ?? '';
    this.#next += 1;
    return token;
  }

  #takeIf(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next += 1;
    return true;
  }
}

/** The same with every object's keys in the order of their characters, as most libraries sort them. */
export function sortKeys(tree: JsonTree): JsonTree {
  if (tree.kind === 'array') return { kind: 'array', items: tree.items.map(sortKeys) };
  if (tree.kind !== 'object') return tree;
  const members = tree.members.map(([key, value]) => [key, sortKeys(value)] as const);
  return {
    kind: 'object',
    members: members.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)),
  };
}
