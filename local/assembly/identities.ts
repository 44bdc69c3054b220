import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../identity.ts';
import { LocalError } from '../local-error.ts';
import { createResolver, type Resolve, type ResourceIdentity } from './intrinsics.ts';
import { ResourceType } from './resource-types.ts';
import type { Template } from './template.ts';

export interface StackIdentities {
  readonly resolve: Resolve;
  nameOf(logicalId: string): string;
  identityOf(logicalId: string): ResourceIdentity;
}

/** Gives each resource the name, ARN and URL that `Ref` and `Fn::GetAtt` answer with. */
export function identifyResources(
  template: Template,
  stackName: string,
  sqsEndpoint: string,
): StackIdentities {
  const known = new Map<string, ResourceIdentity>();

  function identify(logicalId: string): ResourceIdentity | undefined {
    const resource = template.resources.get(logicalId);
    if (resource === undefined) return undefined;
    let identity = known.get(logicalId);
    if (identity === undefined) {
      identity = identityFor(resource.type, nameOf(logicalId), sqsEndpoint);
      if (identity !== undefined) known.set(logicalId, identity);
    }
    return identity;
  }

  function nameOf(logicalId: string): string {
    const resource = template.resources.get(logicalId);
    const property = resource === undefined ? undefined : NAME_PROPERTIES[resource.type];
    const given = property === undefined ? undefined : resource?.properties[property];
    if (given !== undefined) return String(resolve(given, logicalId));
    return `${stackName}-${logicalId}`.slice(0, MAX_NAME_LENGTH);
  }

  const resolve = createResolver({
    pseudoParameters: {
      'AWS::AccountId': LOCAL_ACCOUNT_ID,
      'AWS::Partition': 'aws',
      'AWS::Region': LOCAL_REGION,
      'AWS::StackId': arn('cloudformation', `stack/${stackName}/local`),
      'AWS::StackName': stackName,
      'AWS::URLSuffix': 'amazonaws.com',
    },
    parameterDefaults: template.parameterDefaults,
    identify,
  });

  return {
    resolve,
    nameOf,
    identityOf(logicalId) {
      const identity = identify(logicalId);
      if (identity === undefined) throw new LocalError(`resource ${logicalId} has no local identity`);
      return identity;
    },
  };
}

/** Short enough for a function's name, the shortest limit of all. */
const MAX_NAME_LENGTH = 64;

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  [ResourceType.QUEUE]: 'QueueName',
  [ResourceType.TABLE]: 'TableName',
  [ResourceType.GLOBAL_TABLE]: 'TableName',
  [ResourceType.SECRET]: 'Name',
  [ResourceType.TOPIC]: 'TopicName',
  [ResourceType.FUNCTION]: 'FunctionName',
  [ResourceType.LOG_GROUP]: 'LogGroupName',
};

function identityFor(type: string, name: string, sqsEndpoint: string): ResourceIdentity | undefined {
  switch (type) {
    case ResourceType.QUEUE: {
      const url = `${sqsEndpoint}/${LOCAL_ACCOUNT_ID}/${name}`;
      return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
    }
    case ResourceType.TABLE:
    case ResourceType.GLOBAL_TABLE:
      return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`), TableId: name } };
    case ResourceType.SECRET: {
      const secretArn = arn('secretsmanager', `secret:${name}-local1`);
      return { ref: secretArn, attributes: { Id: secretArn } };
    }
    case ResourceType.TOPIC: {
      const topicArn = arn('sns', name);
      return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } };
    }
    case ResourceType.FUNCTION:
      return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
    case ResourceType.URL:
      return { ref: name, attributes: { FunctionUrl: `https://${name}.lambda-url.${LOCAL_REGION}.on.aws/` } };
    case ResourceType.LOG_GROUP:
      return { ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
    case ResourceType.KEY:
      return { ref: name, attributes: { Arn: arn('kms', `key/${name}`), KeyId: name } };
    case ResourceType.API:
    case ResourceType.INTEGRATION:
    case ResourceType.ROUTE:
    case ResourceType.STAGE:
      return { ref: name, attributes: { ApiId: name } };
    default:
      return type.startsWith('AWS::') ? unknownIdentity(type, name) : undefined;
  }
}

/** Of what is not run here: names that a variable can hold, and an emulator of the user's can be given. */
function unknownIdentity(type: string, name: string): ResourceIdentity {
  const service = type.split('::')[1]?.toLowerCase() ?? '';
  // Bucket names take no capitals; nothing else minds their absence.
  const ref = service === 's3' ? name.toLowerCase() : name;
  const named = service === 's3' ? `arn:aws:s3:::${ref}` : arn(service, ref);
  return { ref, attributes: { Arn: named, Name: ref, Id: ref } };
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${resource}`;
}
