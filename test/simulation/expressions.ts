import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;
export type Path = readonly string[];

/** What DynamoDB answers to a request that it does not understand. */
export class TableValidationError extends Error {
  override readonly name = 'ValidationException';
  readonly $fault = 'client';
}

export type Operand =
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Operand }
  | { readonly kind: 'sum'; readonly left: Operand; readonly right: Operand };
export type Comparison = '=' | '<>' | '<' | '<=';
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'absent'; readonly path: Path }
  | { readonly kind: Comparison; readonly left: Operand; readonly right: Operand };
export interface Update {
  readonly set: readonly { readonly path: Path; readonly to: Operand }[];
  readonly remove: readonly Path[];
}
export interface Parsed<T> {
  readonly tree: T;
  /** Every `#name` and `:value` that occurs. */
  readonly placeholders: ReadonlySet<string>;
}

const TOKEN = /\s*([#:]?[A-Za-z_][A-Za-z0-9_]*|<=|<>|[=<+(),.])/y;
/** Those of DynamoDB's reserved words that a ledger might come to use bare. */
const RESERVED = new Set([
  'owner',
  'status',
  'attributes',
  'error',
  'key',
  'name',
  'state',
  'timestamp',
  'ttl',
]);
const KEYWORDS = new Set(['SET', 'REMOVE', 'AND', 'OR', 'NOT', 'ADD', 'DELETE']);

/** Exactly the grammar that the ledger writes; anything else is refused. */
class Parser {
  readonly placeholders = new Set<string>();
  readonly #tokens: string[] = [];
  #position = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const match = TOKEN.exec(text);
      if (match?.[1] === undefined) throw new TableValidationError(`syntax error in: ${text}`);
      this.#tokens.push(match[1]);
    }
  }

  update(): Update {
    const set: { path: Path; to: Operand }[] = [];
    const remove: Path[] = [];
    if (this.#take('SET')) {
      do {
        const path = this.#path();
        this.#expect('=');
        set.push({ path, to: this.#operand() });
      } while (this.#take(','));
    }
    if (this.#take('REMOVE')) {
      do remove.push(this.#path());
      while (this.#take(','));
    }
    this.#end();
    return { set, remove };
  }

  condition(): Condition {
    const tree = this.#either();
    this.#end();
    return tree;
  }

  #either(): Condition {
    let left = this.#both();
    while (this.#take('OR')) left = { kind: 'or', left, right: this.#both() };
    return left;
  }

  #both(): Condition {
    let left = this.#predicate();
    while (this.#take('AND')) left = { kind: 'and', left, right: this.#predicate() };
    return left;
  }

  #predicate(): Condition {
    if (this.#take('(')) {
      const inner = this.#either();
      this.#expect(')');
      return inner;
    }
    if (this.#take('attribute_not_exists')) {
      this.#expect('(');
      const path = this.#path();
      this.#expect(')');
      return { kind: 'absent', path };
    }
    const left = this.#simple();
    const operator = this.#next();
    if (!isComparison(operator)) throw new TableValidationError(`unknown operator ${operator}`);
    return { kind: operator, left, right: this.#simple() };
  }

  #operand(): Operand {
    const left = this.#simple();
    return this.#take('+') ? { kind: 'sum', left, right: this.#simple() } : left;
  }

  #simple(): Operand {
    if (this.#take('if_not_exists')) {
      this.#expect('(');
      const path = this.#path();
      this.#expect(',');
      const otherwise = this.#simple();
      this.#expect(')');
      return { kind: 'if_not_exists', path, otherwise };
    }
    const token = this.#tokens[this.#position];
    if (token?.startsWith(':') === true) {
      this.#position++;
      this.placeholders.add(token);
      return { kind: 'value', name: token };
    }
    return { kind: 'path', path: this.#path() };
  }

  #path(): Path {
    const path = [this.#step()];
    while (this.#take('.')) path.push(this.#step());
    return path;
  }

  #step(): string {
    const token = this.#next();
    if (token.startsWith('#')) this.placeholders.add(token);
    else if (
      !/^[A-Za-z]/.test(token) ||
      RESERVED.has(token.toLowerCase()) ||
      KEYWORDS.has(token.toUpperCase())
    ) {
      throw new TableValidationError(`${token} is no attribute name, or a reserved word`);
    }
    return token;
  }

  #next(): string {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw new TableValidationError('the expression ends too early');
    return token;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#position] !== token) return false;
    this.#position++;
    return true;
  }

  #expect(token: string): void {
    const found = this.#next();
    if (found !== token) throw new TableValidationError(`${token} expected, not ${found}`);
  }

  #end(): void {
    const token = this.#tokens[this.#position];
    if (token !== undefined) throw new TableValidationError(`unexpected ${token}`);
  }
}

function isComparison(token: string): token is Comparison {
  return token === '=' || token === '<>' || token === '<' || token === '<=';
}

function remembered<T>(parse: (parser: Parser) => T) {
  const known = new Map<string, Parsed<T>>();
  return (text: string): Parsed<T> => {
    let parsed = known.get(text);
    if (parsed === undefined) {
      const parser = new Parser(text);
      parsed = { tree: parse(parser), placeholders: parser.placeholders };
      known.set(text, parsed);
    }
    return parsed;
  };
}

export const parseUpdate = remembered((parser) => parser.update());
export const parseCondition = remembered((parser) => parser.condition());
