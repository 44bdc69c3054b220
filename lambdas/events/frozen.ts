/** As handlers see an event: nothing in it can be assigned. Objects with methods (a `Date`) stay as they are. */
export type Frozen<Value> = unknown extends Value
  ? Value
  : Value extends Untouched
    ? Value
    : { readonly [Field in keyof Value]: Frozen<Value[Field]> };

type Untouched =
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null
  | undefined
  | Date
  | RegExp
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never[]) => unknown);

/**
 * All handlers of an event are given one object: whoever assigns to it fails alone, and changes nothing for its
 * siblings. Plain objects and lists are frozen, all the way down; what else a schema of the user's makes is left.
 */
export function frozen<Value>(value: Value): Value {
  // A list of its own, and no recursion: JSON may be nested deeper than the stack reaches.
  const pending: object[] = [];
  const add = (member: unknown) => {
    if (isPlain(member) && !Object.isFrozen(member)) pending.push(member);
  };
  add(value);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    Object.freeze(next);
    Object.values(next).forEach(add);
  }
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
