import { type DeploymentMetadata, deploymentsOf } from '../../lambdas/contract/outputs.ts';
import { isRecord, type JsonRecord } from '../json.ts';
import { LocalError } from '../local-error.ts';

export interface Resource {
  readonly type: string;
  readonly properties: JsonRecord;
  /** Whether it is there only under a condition, which nothing here evaluates. */
  readonly isConditional: boolean;
}

/** The part of a CloudFormation template that the local cloud reads. */
export interface Template {
  readonly resources: ReadonlyMap<string, Resource>;
  /** What the framework's construct tells of itself, by its path in the stack. */
  readonly deployments: Readonly<Record<string, DeploymentMetadata>>;
  /** Parameters that have a default, as text. */
  readonly parameterDefaults: ReadonlyMap<string, string>;
}

/** @throws {LocalError} when it is no template. */
export function readTemplate(json: unknown): Template {
  if (!isRecord(json) || !isRecord(json['Resources'])) throw new LocalError('the template has no Resources');
  const resources = new Map<string, Resource>();
  for (const [logicalId, resource] of Object.entries(json['Resources'])) {
    if (!isRecord(resource) || typeof resource['Type'] !== 'string') {
      throw new LocalError(`resource ${logicalId} has no Type`);
    }
    const type = resource['Type'];
    const properties = resource['Properties'];
    resources.set(logicalId, {
      type,
      properties: isRecord(properties) ? properties : {},
      isConditional: resource['Condition'] !== undefined,
    });
  }
  return { resources, deployments: deploymentsOf(json), parameterDefaults: defaultsOf(json['Parameters']) };
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
