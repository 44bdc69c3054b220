import type { DeploymentMetadata } from '../../lambdas/contract/outputs.ts';
import { LocalError } from '../local-error.ts';
import { apiRoutes, urlRoutes } from './api-model.ts';
import { eventSourceModel, findFunction } from './event-source-model.ts';
import { functionModel } from './function-model.ts';
import { identifyResources } from './identities.ts';
import { type Properties, propertiesOf } from './properties.ts';
import { queueModel, sortQueues } from './queue-model.ts';
import type { Assembly } from './read-assembly.ts';
import { isRun, isWithoutCounterpart, ResourceType } from './resource-types.ts';
import type { NotRun, SecretModel, StackModel, TopicModel } from './stack-model.ts';
import type { StackReader } from './stack-reader.ts';
import { tableModel } from './table-model.ts';
import type { Template } from './template.ts';

/**
 * The framework's parts, as the template names them, and of a user's own resources the queues, tables, topics and
 * secrets. What else the template holds is listed as not run: it changes nothing about the framework.
 *
 * @throws {LocalError} naming the part of the framework that the local cloud cannot build: an intrinsic it cannot
 * resolve, a property that AWS would refuse.
 */
export function buildModel(assembly: Assembly, sqsEndpoint: string): StackModel {
  const { template, stackName } = assembly;
  const deployment = deploymentIn(template);
  const { parts } = deployment;
  const identities = identifyResources(template, stackName, sqsEndpoint);
  const stack: StackReader = {
    ...identities,
    ofType: (...types) =>
      [...template.resources]
        .filter(([, { type }]) => types.includes(type))
        .map(([logicalId, resource]) => propertiesOf(logicalId, resource, identities.resolve)),
  };
  const notRun: NotRun[] = [...template.resources]
    .filter(([, { type }]) => !isRun(type) && !isWithoutCounterpart(type))
    .map(([logicalId, { type }]) => ({ logicalId, type }));
  const sources = Object.entries(deployment.sources ?? {});
  const ours: ReadonlySet<string> = new Set([
    ...Object.values(parts),
    ...sources.flatMap(([, { signingSecret, route }]) => [signingSecret, route ?? []].flat()),
  ]);

  /** A user's own resource that is not understood is left out; a part of the framework has to be. */
  function modelsOf<Model>(types: readonly string[], build: (properties: Properties) => Model): Model[] {
    return stack.ofType(...types).flatMap((properties) => {
      const { owner } = properties;
      const resource = template.resources.get(owner);
      try {
        if (resource?.isConditional === true) {
          throw new LocalError(
            `resource ${owner} has a Condition; the local cloud does not evaluate conditions`,
          );
        }
        return [build(properties)];
      } catch (error) {
        if (!(error instanceof LocalError) || ours.has(owner)) throw error;
        notRun.push({
          logicalId: owner,
          type: resource?.type ?? '',
          why: error.message,
        });
        return [];
      }
    });
  }
  const onlyOurs = (properties: Properties): Properties => {
    if (!ours.has(properties.owner)) throw new LocalError('only the framework’s own are run');
    return properties;
  };

  const queues = sortQueues(modelsOf([ResourceType.QUEUE], (queue) => queueModel(stack, queue)));
  const functions = modelsOf([ResourceType.FUNCTION], (properties) =>
    functionModel(stack, onlyOurs(properties), assembly),
  );
  const queueArn = queues.find(({ logicalId }) => logicalId === parts.queue)?.arn;
  return {
    stackName,
    deployment,
    queues,
    functions,
    tables: modelsOf([ResourceType.TABLE, ResourceType.GLOBAL_TABLE], (table) =>
      tableModel(stack.nameOf(table.owner), table),
    ),
    secrets: modelsOf([ResourceType.SECRET], (secret) => secretModel(stack, secret)),
    topics: topicModels(stack),
    eventSources: modelsOf([ResourceType.EVENT_SOURCE_MAPPING], (mapping) => {
      const called = findFunction(mapping.text('FunctionName'), functions);
      if (called?.logicalId !== parts.consumer || mapping.text('EventSourceArn') !== queueArn) {
        throw new LocalError('only the framework’s own is run');
      }
      return mapping;
    }).map((mapping) => eventSourceModel(mapping, queues, functions)),
    routes: [
      ...apiRoutes(stack, functions, modelsOf([ResourceType.ROUTE], onlyOurs)),
      ...urlRoutes(stack, functions, modelsOf([ResourceType.URL], onlyOurs)),
    ],
    schedules: modelsOf([ResourceType.SCHEDULE], (schedule) => ({
      functionId: onlyOurs(schedule).owner === parts.schedule ? (parts.reconcile ?? '') : '',
      everyMs: Number(/^rate\((\d+) /.exec(schedule.text('ScheduleExpression'))?.[1]) * 60_000,
    })),
    parts: {
      ...parts,
      ledger: stack.nameOf(parts.ledger),
      signingSecret: stack.identityOf(parts.signingSecret).ref,
      alertTopic: stack.identityOf(parts.alertTopic).ref,
    },
    sourceSecrets: Object.fromEntries(
      sources.map(([name, { signingSecret }]) => [name, stack.identityOf(signingSecret).ref]),
    ),
    notRun,
  };
}

/** @throws {LocalError} when the template holds no deployment of the framework, or several */
function deploymentIn({ deployments }: Template): DeploymentMetadata {
  const [found, ...others] = Object.entries(deployments);
  if (found === undefined) {
    throw new LocalError('the stack holds no SupaglueWebhooks construct: there is nothing to run');
  }
  if (others.length > 0) {
    const paths = Object.keys(deployments).join(' and ');
    throw new LocalError(
      `the stack holds several SupaglueWebhooks constructs (${paths}): one is run locally`,
    );
  }
  return found[1];
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
