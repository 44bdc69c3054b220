import { isRecord, type JsonRecord } from '../json.ts';
import { LocalError } from '../local-error.ts';
import type { Resolve } from './intrinsics.ts';
import type { Resource } from './template.ts';

/** Typed access to one resource's properties, resolved on use: what nobody asks for need not be resolvable. */
export interface Properties {
  readonly owner: string;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  /** CloudFormation takes numbers as text too. */
  number(name: string, fallback: number): number;
  optionalNumber(name: string): number | undefined;
  /** An empty record when absent. */
  record(name: string): JsonRecord;
  /** An empty list when absent. */
  list(name: string): readonly unknown[];
  has(name: string): boolean;
  /** As it stands in the template, nothing resolved. */
  raw(name: string): unknown;
  /** @throws {LocalError} that names the resource */
  refuse(reason: string): never;
}

export function propertiesOf(owner: string, resource: Resource, resolve: Resolve): Properties {
  const value = (name: string): unknown => resolve(resource.properties[name], owner);
  const refuse = (reason: string): never => {
    throw new LocalError(`resource ${owner}: ${reason}`);
  };
  const wrong = (name: string, wanted: string) => refuse(`property ${name} must be ${wanted}`);
  function optionalText(name: string): string | undefined {
    const text = value(name);
    if (text === undefined) return undefined;
    return typeof text === 'string' || typeof text === 'number' ? String(text) : wrong(name, 'text');
  }
  function optionalNumber(name: string): number | undefined {
    const text = optionalText(name);
    if (text === undefined) return undefined;
    const number = text === '' ? Number.NaN : Number(text);
    return Number.isFinite(number) ? number : wrong(name, 'a number');
  }
  return {
    owner,
    refuse,
    optionalText,
    optionalNumber,
    text: (name) => optionalText(name) ?? wrong(name, 'text'),
    number: (name, fallback) => optionalNumber(name) ?? fallback,
    record(name) {
      const record = value(name) ?? {};
      return isRecord(record) ? record : wrong(name, 'an object');
    },
    list(name) {
      const list = value(name) ?? [];
      return Array.isArray(list) ? list : wrong(name, 'a list');
    },
    has: (name) => resource.properties[name] !== undefined,
    raw: (name) => resource.properties[name],
  };
}
