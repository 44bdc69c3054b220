/** An attribute value as DynamoDB writes it, `{ S: 'text' }`. */
type AttributeValue = Record<string, unknown>;

/** What dynalite hands to its parser, and what the parser takes back: names and values that were used. */
export interface ParserContext {
  readonly attrNames?: Record<string, string> | undefined;
  readonly attrVals?: Record<string, AttributeValue> | undefined;
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
  readonly isKeyCondition?: boolean;
}

export type Parse = (expression: string, options: { readonly context: ParserContext }) => unknown;

interface Parsed {
  readonly tree: unknown;
  /** The value objects within the tree, by the names they were given under. */
  readonly names: ReadonlyMap<unknown, string>;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

const MAX_ENTRIES = 500;
/** Their operands' values are checked while parsing, so another value may parse differently. */
const CHECKS_VALUES = /between|attribute_type/i;

/**
 * dynalite's parser tries every alternative again at each parenthesis: a condition of three levels, such as
 * the ledger's claim, took 70 to 140 ms (run), in which nothing else of the local cloud moved. The expressions
 * of a program are few, so each is parsed once and its values are put into a copy.
 */
export function cacheConditions(parse: Parse): Parse {
  const cache = new Map<string, Parsed>();
  return (expression, options) => {
    const { context } = options;
    if (CHECKS_VALUES.test(expression)) return parse(expression, options);
    const key = cacheKey(expression, context);
    let parsed = cache.get(key);
    if (parsed === undefined) {
      parsed = parseOnce(parse, expression, context);
      // An error message may name the values.
      if (typeof parsed.tree === 'string') return parsed.tree;
      if (cache.size >= MAX_ENTRIES) cache.clear();
      cache.set(key, parsed);
    }
    for (const name of parsed.usedNames) delete context.unusedAttrNames[name];
    for (const name of parsed.usedValues) delete context.unusedAttrVals[name];
    return withValues(parsed.tree, parsed.names, context.attrVals ?? {});
  };
}

function cacheKey(expression: string, { attrNames, attrVals = {}, isKeyCondition }: ParserContext): string {
  const types = Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)]);
  return JSON.stringify([expression, isKeyCondition, attrNames, types]);
}

function parseOnce(parse: Parse, expression: string, context: ParserContext): Parsed {
  const names = Object.keys(context.attrNames ?? {});
  const values = Object.keys(context.attrVals ?? {});
  const unused = { names: allTrue(names), values: allTrue(values) };
  const tree = parse(expression, {
    context: { ...context, unusedAttrNames: unused.names, unusedAttrVals: unused.values },
  });
  return {
    tree,
    names: new Map(Object.entries(context.attrVals ?? {}).map(([name, value]) => [value, name])),
    usedNames: names.filter((name) => !(name in unused.names)),
    usedValues: values.filter((name) => !(name in unused.values)),
  };
}

function allTrue(names: readonly string[]): Record<string, true> {
  return Object.fromEntries(names.map((name) => [name, true]));
}

function withValues(
  node: unknown,
  names: ReadonlyMap<unknown, string>,
  values: Record<string, AttributeValue>,
): unknown {
  const name = names.get(node);
  if (name !== undefined) return values[name];
  if (Array.isArray(node)) return node.map((item) => withValues(item, names, values));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, item]) => [key, withValues(item, names, values)]),
  );
}
