import { isDeepStrictEqual } from 'node:util';
import { ResourceType } from './resource-types.ts';
import type { Template } from './template.ts';

/** What may change while everything else runs on. */
const CODE_PROPERTIES: ReadonlySet<string> = new Set(['Code', 'Environment']);

/** Logical ids of the resources that differ in more than a function's code or environment. */
export function changedInfrastructure(before: Template, after: Template): string[] {
  const logicalIds = new Set([...before.resources.keys(), ...after.resources.keys()]);
  return [...logicalIds].filter(
    (logicalId) => !isDeepStrictEqual(comparable(before, logicalId), comparable(after, logicalId)),
  );
}

function comparable(template: Template, logicalId: string): unknown {
  const resource = template.resources.get(logicalId);
  if (resource?.type !== ResourceType.FUNCTION) return resource;
  const kept = Object.entries(resource.properties).filter(([name]) => !CODE_PROPERTIES.has(name));
  return { type: resource.type, properties: Object.fromEntries(kept) };
}
