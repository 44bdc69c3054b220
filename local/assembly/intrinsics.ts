import { isRecord } from '../json.ts';
import { LocalError } from '../local-error.ts';

/** What a template may ask about a resource. */
export interface ResourceIdentity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ResolverContext {
  /** Values of `AWS::Region` and the like. */
  readonly pseudoParameters: Readonly<Record<string, string>>;
  readonly parameterDefaults: ReadonlyMap<string, string>;
  /** Undefined when the local cloud has no such resource. */
  identify(logicalId: string): ResourceIdentity | undefined;
}

/** Resolves the intrinsics of one resource's property; `owner` names that resource in errors. */
export type Resolve = (value: unknown, owner: string) => unknown;

/** @returns a resolver that throws a {@link LocalError} naming the resource and the intrinsic it cannot resolve. */
export function createResolver(context: ResolverContext): Resolve {
  function resolve(value: unknown, owner: string): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(item, owner));
    if (!isRecord(value)) return refuseDynamicReference(value, owner);
    const [name, ...others] = Object.keys(value);
    if (name === undefined || others.length > 0 || !(name === 'Ref' || name.startsWith('Fn::'))) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, owner)]));
    }
    return call(name, value[name], owner);
  }

  function call(name: string, argument: unknown, owner: string): unknown {
    const fail = (): never => unresolvable(name, argument, owner);
    const list = (): unknown[] => (Array.isArray(argument) ? argument : fail());
    switch (name) {
      case 'Ref':
        return typeof argument === 'string' ? (ref(argument) ?? fail()) : fail();
      case 'Fn::GetAtt': {
        const path = typeof argument === 'string' ? argument.split('.') : list().map(String);
        return attribute(path) ?? fail();
      }
      case 'Fn::Join': {
        const parts = resolve(list()[1], owner);
        return Array.isArray(parts) ? parts.map(String).join(String(list()[0])) : fail();
      }
      case 'Fn::Split':
        return String(resolve(list()[1], owner)).split(String(list()[0]));
      case 'Fn::Select': {
        const items = resolve(list()[1], owner);
        return Array.isArray(items) ? (items[Number(list()[0])] ?? fail()) : fail();
      }
      case 'Fn::Sub':
        return substitute(argument, owner) ?? fail();
      default:
        return fail();
    }
  }

  function ref(name: string): string | undefined {
    return (
      context.pseudoParameters[name] ?? context.parameterDefaults.get(name) ?? context.identify(name)?.ref
    );
  }

  function attribute([logicalId, ...path]: readonly string[]): string | undefined {
    return logicalId === undefined ? undefined : context.identify(logicalId)?.attributes[path.join('.')];
  }

  function substitute(argument: unknown, owner: string): string | undefined {
    const [text, variables] = Array.isArray(argument) ? argument : [argument];
    if (typeof text !== 'string') return undefined;
    const values = isRecord(variables) ? variables : {};
    let known = true;
    const result = text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      const value = name in values ? resolve(values[name], owner) : (ref(name) ?? attribute(name.split('.')));
      known &&= value !== undefined;
      return value === undefined ? whole : String(value);
    });
    return known ? result : undefined;
  }

  return resolve;
}

function refuseDynamicReference(value: unknown, owner: string): unknown {
  if (typeof value === 'string' && value.includes('{{resolve:'))
    unresolvable('a dynamic reference', value, owner);
  return value;
}

function unresolvable(name: string, argument: unknown, owner: string): never {
  throw new LocalError(
    `resource ${owner}: the local cloud cannot resolve ${name} ${JSON.stringify(argument)}`,
  );
}
