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
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) frozen(member);
  return value;
}
