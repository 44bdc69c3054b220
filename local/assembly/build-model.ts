import { apiRoutes } from './api-model.ts';
import { eventSourceModel } from './event-source-model.ts';
import { functionModel } from './function-model.ts';
import { identifyResources, type StackIdentities } from './identities.ts';
import { type Properties, propertiesOf } from './properties.ts';
import { queueModel, sortQueues } from './queue-model.ts';
import type { Assembly } from './read-assembly.ts';
import { checkResourceTypes, ResourceType } from './resource-types.ts';
import type { SecretModel, StackModel, TopicModel } from './stack-model.ts';
import { tableModel } from './table-model.ts';

/** The template of one stack with typed, resolved access to its resources. */
export interface StackReader extends StackIdentities {
  ofType(...types: readonly string[]): Properties[];
}

/**
 * @throws {LocalError} naming the resource that the local cloud cannot build: an unknown type, an intrinsic it
 * cannot resolve, a property that AWS would refuse.
 */
export function buildModel(assembly: Assembly, sqsEndpoint: string): StackModel {
  const { template, stackName } = assembly;
  checkResourceTypes(template);
  const identities = identifyResources(template, stackName, sqsEndpoint);
  const stack: StackReader = {
    ...identities,
    ofType: (...types) =>
      [...template.resources]
        .filter(([, { type }]) => types.includes(type))
        .map(([logicalId, resource]) => propertiesOf(logicalId, resource, identities.resolve)),
  };
  const queues = sortQueues(stack.ofType(ResourceType.QUEUE).map((queue) => queueModel(stack, queue)));
  const functions = stack
    .ofType(ResourceType.FUNCTION)
    .map((properties) => functionModel(stack, properties, assembly));
  return {
    stackName,
    queues,
    functions,
    tables: stack
      .ofType(ResourceType.TABLE, ResourceType.GLOBAL_TABLE)
      .map((table) => tableModel(stack.nameOf(table.owner), table)),
    secrets: stack.ofType(ResourceType.SECRET).map((secret) => secretModel(stack, secret)),
    topics: topicModels(stack),
    eventSources: stack
      .ofType(ResourceType.EVENT_SOURCE_MAPPING)
      .map((mapping) => eventSourceModel(mapping, queues, functions)),
    routes: apiRoutes(stack, functions),
  };
}

function secretModel(stack: StackReader, secret: Properties): SecretModel {
  const value = secret.optionalText('SecretString');
  return {
    name: stack.nameOf(secret.owner),
    arn: stack.identityOf(secret.owner).ref,
    ...(value === undefined ? {} : { value }),
  };
}

function topicModels(stack: StackReader): TopicModel[] {
  const subscriptions = stack.ofType(ResourceType.SUBSCRIPTION).map((subscription) => ({
    topicArn: subscription.text('TopicArn'),
    protocol: subscription.text('Protocol'),
    endpoint: subscription.text('Endpoint'),
  }));
  return stack.ofType(ResourceType.TOPIC).map(({ owner }) => {
    const arn = stack.identityOf(owner).ref;
    return { arn, subscriptions: subscriptions.filter(({ topicArn }) => topicArn === arn) };
  });
}
