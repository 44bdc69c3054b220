import { isRecord, type JsonRecord } from '../json.ts';
import { LocalError } from '../local-error.ts';

export interface Resource {
  readonly type: string;
  readonly properties: JsonRecord;
}

/** The part of a CloudFormation template that the local cloud reads. */
export interface Template {
  readonly resources: ReadonlyMap<string, Resource>;
  /** Parameters that have a default, as text. */
  readonly parameterDefaults: ReadonlyMap<string, string>;
}

/** @throws {LocalError} when it is no template, or a resource has a condition. */
export function readTemplate(json: unknown): Template {
  if (!isRecord(json) || !isRecord(json['Resources'])) throw new LocalError('the template has no Resources');
  const resources = new Map<string, Resource>();
  for (const [logicalId, resource] of Object.entries(json['Resources'])) {
    if (!isRecord(resource) || typeof resource['Type'] !== 'string') {
      throw new LocalError(`resource ${logicalId} has no Type`);
    }
    const type = resource['Type'];
    if (resource['Condition'] !== undefined && type !== 'AWS::CDK::Metadata') {
      throw new LocalError(
        `resource ${logicalId} has a Condition; the local cloud does not evaluate conditions`,
      );
    }
    const properties = resource['Properties'];
    resources.set(logicalId, { type, properties: isRecord(properties) ? properties : {} });
  }
  return { resources, parameterDefaults: defaultsOf(json['Parameters']) };
}

function defaultsOf(parameters: unknown): Map<string, string> {
  const defaults = new Map<string, string>();
  if (!isRecord(parameters)) return defaults;
  for (const [name, parameter] of Object.entries(parameters)) {
    if (isRecord(parameter) && parameter['Default'] !== undefined)
      defaults.set(name, String(parameter['Default']));
  }
  return defaults;
}
