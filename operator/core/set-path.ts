import { parseJson } from '../../local/json.ts';
import { UsageError } from './command-error.ts';

type Container = Readonly<Record<string, unknown>> | readonly unknown[];

/** One `--set`: where, and what. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * `field=value`, where the field is a dotted path and the value is JSON, or text when it is not JSON.
 *
 * @throws {UsageError} when there is no `=` or the path has an empty part
 */
export function parseAssignment(text: string): Assignment {
  const equals = text.indexOf('=');
  const path = text.slice(0, Math.max(equals, 0)).split('.');
  if (equals < 1 || path.includes('')) {
    throw new UsageError(
      `--set takes field=value with a dotted path, such as customer.name=Acme; not ${text}`,
    );
  }
  const given = text.slice(equals + 1);
  const parsed = parseJson(given);
  return { path, value: parsed === undefined ? given : parsed };
}

/**
 * A copy with the value at the path; objects on the way are made where nothing is, and a number is an index
 * where a list is.
 *
 * @throws {UsageError} when a part of the path is neither object nor list, or an index is past the list's end
 */
export function setPath(target: unknown, { path, value }: Assignment): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (target === undefined || target === null) return { [key]: setPath(undefined, { path: rest, value }) };
  if (!isContainer(target)) {
    throw new UsageError(`--set ${path.join('.')}: what is there already is ${typeof target}, not an object`);
  }
  if (Array.isArray(target)) {
    const index = /^\d+$/.test(key) ? Number(key) : Number.NaN;
    if (!(index <= target.length)) {
      throw new UsageError(`--set ${path.join('.')}: the list takes an index from 0 to ${target.length}`);
    }
    const replaced = setPath(target[index], { path: rest, value });
    return [...target.slice(0, index), replaced, ...target.slice(index + 1)];
  }
  // A computed key makes a field of its own, even for `__proto__`.
  const present = Object.hasOwn(target, key) ? Reflect.get(target, key) : undefined;
  return { ...target, [key]: setPath(present, { path: rest, value }) };
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
