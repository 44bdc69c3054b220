import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ConsumerEnvironment } from '../lambdas/contract/environment.ts';
import { WEBHOOK_PATH } from '../lambdas/contract/http.ts';
import type { HandlerRegistrations } from '../lambdas/contract/outputs.ts';
import { adjustModel } from './assembly/adjust-model.ts';
import { buildModel } from './assembly/build-model.ts';
import { withLocalAlerts } from './assembly/local-alerts.ts';
import { type Assembly, readAssembly } from './assembly/read-assembly.ts';
import { changedInfrastructure } from './assembly/same-infrastructure.ts';
import type { FunctionModel, NotRun, RouteModel, StackModel } from './assembly/stack-model.ts';
import { findParts } from './assembly/stack-parts.ts';
import type { LocalCloudObserver } from './cloud-events.ts';
import { cloudExports } from './cloud-exports.ts';
import { startDynamoDbEngine } from './engines/dynamodb.ts';
import { startSqsEngine } from './engines/sqs.ts';
import { startGateway } from './gateway/gateway.ts';
import { LOCAL_CLIENT } from './identity.ts';
import { LocalError } from './local-error.ts';
import { startPoller } from './poller/poller.ts';
import { type Endpoints, functionEnvironment } from './runtime/function-environment.ts';
import { type InspectOptions, inspectedHosts } from './runtime/inspected-hosts.ts';
import { LocalFunction } from './runtime/local-function.ts';
import { startCloudWatch } from './services/cloud-watch.ts';
import { startLambda } from './services/lambda.ts';
import { MetricStore } from './services/metric-store.ts';
import { provision } from './services/provision.ts';
import { ReceivedRequests } from './services/received-requests.ts';
import { startSecretsManager } from './services/secrets-manager.ts';
import { startSns } from './services/sns.ts';
import { Teardown } from './teardown.ts';
import { type MissingValue, sourceSecretVariable, userSettings } from './user-settings.ts';
import type { UserVariables } from './user-variables.ts';

export type { LocalCloudEvent, LocalCloudObserver } from './cloud-events.ts';
export type { LocalFunction } from './runtime/local-function.ts';

export interface LocalCloudOptions {
  /** A cloud assembly (`cdk.out`) with one stack. */
  readonly assemblyDirectory: string;
  /** Port of the webhook URL; default 0, any free one. */
  readonly port?: number;
  /** Signing secret; default a fresh random one of 32 bytes. */
  readonly secret?: string;
  /** Variables for all functions, over those of the template. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The user's own variables, and values of the secrets that the stack names for the handlers. */
  readonly userVariables?: UserVariables;
  /** Secrets that are not the stack's own, by ARN: what its functions read of others. */
  readonly secretsByArn?: Readonly<Record<string, string>>;
  /** Messages to a batch, in place of the template's: with 1 each event stands alone. */
  readonly batchSize?: number;
  /** Runs the consumer under Node's inspector, one batch at a time and without time limits. */
  readonly inspect?: InspectOptions;
  /** Sees everything that happens. It must not throw. */
  readonly observer?: LocalCloudObserver;
  /** How long `stop` waits for work under way, in milliseconds; default 5,000. */
  readonly graceMs?: number;
}

export interface LocalCloud {
  readonly webhookUrl: string;
  /** Of the function URL, where the stack has one beside its HTTP API. */
  readonly functionWebhookUrl?: string;
  /** Names of the senders besides Supaglue: each posts to the webhook URL with its name after it. */
  readonly sources: readonly string[];
  readonly secret: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly ledgerTableName: string;
  /** ARN of the secret that holds the signing secrets. */
  readonly signingSecretId: string;
  readonly alertTopicArn: string;
  /** Variables with which the AWS CLI, the SDKs and the operator's commands work on this cloud. */
  readonly exports: Readonly<Record<string, string>>;
  /** The consumer's handlers, as the assembly that runs tells them. */
  handlers(): HandlerRegistrations | 'unknown';
  /** What the template holds that is not run here. */
  readonly notRun: readonly NotRun[];
  /** Variables and secrets of the handlers without a value. */
  missing(): readonly MissingValue[];
  /** What the synthesis of the code that runs warned of. */
  warnings(): readonly string[];
  readonly functions: { readonly ingest: LocalFunction; readonly consumer: LocalFunction };
  /**
   * Takes the functions' code and environment from a new assembly, and the user's variables where they are given;
   * queues, tables and data stay, and work under way ends with the old code.
   *
   * @throws {LocalError} when anything else of the template changed; nothing is taken over then
   */
  reload(assemblyDirectory: string, userVariables?: UserVariables): Promise<void>;
  /** Lets work under way end, up to `graceMs`, and frees every port, thread and timer. */
  stop(): Promise<void>;
}

const DEFAULT_GRACE_MS = 5_000;

/**
 * Runs a cloud assembly on loopback.
 *
 * @throws {LocalError} when the template holds something that is not run locally
 * @throws {Error} with `code` EADDRINUSE when the port is taken
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const teardown = new Teardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(options: LocalCloudOptions, teardown: Teardown): Promise<LocalCloud> {
  const { environment = {}, graceMs = DEFAULT_GRACE_MS } = options;
  const metrics = new MetricStore();
  const observer: LocalCloudObserver = (event) => {
    if (event.type === 'metric') metrics.record(event, Date.now());
    received.observe(event, Date.now());
    options.observer?.(event);
  };
  const secret = options.secret ?? `whsec_${randomBytes(32).toString('base64')}`;
  const assembly = await readAssembly(options.assemblyDirectory);

  const [sqsEngine, dynamoDbEngine] = await Promise.all([startSqsEngine(), startDynamoDbEngine()]);
  teardown.add(() => Promise.all([sqsEngine.stop(), dynamoDbEngine.stop()]));
  const modelOf = (source: Assembly): StackModel =>
    adjustModel(withLocalAlerts(buildModel(source, sqsEngine.endpoint), options.secretsByArn), {
      ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
      withoutTimeLimits: options.inspect !== undefined,
    });
  const model = modelOf(assembly);
  const parts = findParts(model);
  const received = new ReceivedRequests(parts.ingest.name);
  const [secretsManager, sns] = await Promise.all([
    startSecretsManager(model.secrets),
    startSns(model.topics, observer),
  ]);
  teardown.add(() => Promise.all([secretsManager.stop(), sns.stop()]));
  const endpoints: Endpoints = {
    sqs: sqsEngine.endpoint,
    dynamoDb: dynamoDbEngine.endpoint,
    secretsManager: secretsManager.endpoint,
    sns: sns.endpoint,
  };

  const sqs = new SQSClient({ ...LOCAL_CLIENT, endpoint: endpoints.sqs });
  const dynamoDb = new DynamoDBClient({ ...LOCAL_CLIENT, endpoint: endpoints.dynamoDb });
  teardown.add(async () => {
    for (const client of [sqs, dynamoDb]) client.destroy();
  });
  await provision(model, sqs, dynamoDb);
  let user = userSettings(options.userVariables ?? {}, model.deployment, parts.consumer, model.secrets);
  const putSecrets = (values: Readonly<Record<string, string>>) => {
    for (const [arn, value] of Object.entries(values)) secretsManager.put(arn, value);
  };
  putSecrets({ ...options.secretsByArn, ...user.secrets, [parts.signingSecretArn]: secret });
  const putSourceSecrets = (variables: UserVariables = {}, unless?: string) => {
    for (const [name, arn] of Object.entries(model.sourceSecrets)) {
      const value = variables[sourceSecretVariable(name)] ?? unless;
      if (value !== undefined) secretsManager.put(arn, value);
    }
  };
  putSourceSecrets(options.userVariables, secret);
  const variablesOf = ({ logicalId }: FunctionModel) =>
    logicalId === parts.consumer.logicalId ? { ...user.environment, ...environment } : environment;

  const functions = new Map(
    model.functions.map((definition) => [
      definition.logicalId,
      new LocalFunction({
        definition,
        environmentOf: (each) => functionEnvironment(each, endpoints, variablesOf(each)),
        observer,
        // One process at a time: each listens on the same port.
        ...(options.inspect !== undefined && definition.logicalId === parts.consumer.logicalId
          ? { hosts: inspectedHosts(options.inspect), maxSandboxes: 1 }
          : {}),
      }),
    ]),
  );
  const functionOf = (logicalId: string): LocalFunction => {
    const found = functions.get(logicalId);
    if (found === undefined) throw new LocalError(`the template has no function ${logicalId}`);
    return found;
  };
  teardown.add(() => Promise.all([...functions.values()].map((each) => each.kill())));

  const serve = (routes: readonly RouteModel[], port: number) =>
    startGateway({ routes, functionOf: ({ functionId }) => functionOf(functionId), observer, port });
  const gateway = await serve([parts.route, ...parts.sourceRoutes], options.port ?? 0);
  const urlGateway = parts.url === undefined ? undefined : await serve([parts.url], 0);
  const pollers = model.eventSources.map((source) =>
    startPoller({ source, queues: sqsEngine.queues, target: functionOf(source.functionId), observer }),
  );
  teardown.add(() =>
    Promise.all([
      ...[gateway, urlGateway].map((server) => server?.close(graceMs)),
      ...pollers.map((poller) => poller.stop(graceMs)),
    ]),
  );
  const [lambda, cloudWatch, receivedServer] = await Promise.all([
    startLambda({
      functionOf: (nameOrArn) =>
        [...functions.values()].find(
          ({ name, definition }) => name === nameOrArn || definition.arn === nameOrArn,
        ),
      functions: () => [...functions.values()].map(({ definition }) => definition),
      variablesOf: (definition) => ({ ...definition.environment, ...variablesOf(definition) }),
      pollers,
    }),
    startCloudWatch({ metrics, oldestMessageAgeMs: sqsEngine.oldestMessageAgeMs, nowMs: Date.now }),
    received.listen(),
  ]);
  teardown.add(() => Promise.all([lambda.stop(), cloudWatch.stop(), receivedServer.close()]));

  // On a machine of its own nothing asks Supaglue's cloud: only a local one is compared with.
  const isWithSupaglue = ConsumerEnvironment.SUPAGLUE_API_URL in environment;
  for (const { functionId, everyMs } of isWithSupaglue ? model.schedules : []) {
    // Once now: what is changed from here on is found by the next.
    await functionOf(functionId).invoke('{}');
    const timer = setInterval(() => void functionOf(functionId).invoke('{}'), everyMs);
    teardown.add(async () => clearInterval(timer));
  }
  const reconcile = functions.get(model.parts.reconcile ?? '');

  let current = assembly;
  let { handlers } = model.deployment;
  const webhookUrl = `${gateway.url}${webhookPath(parts.route)}`;
  const addresses = {
    webhookUrl,
    ...(urlGateway === undefined ? {} : { functionWebhookUrl: `${urlGateway.url}${WEBHOOK_PATH}` }),
  };
  return {
    ...addresses,
    secret,
    queueUrl: parts.queue.url,
    deadLetterQueueUrl: parts.deadLetterQueue.url,
    ledgerTableName: parts.ledgerTableName,
    signingSecretId: parts.signingSecretArn,
    sources: Object.keys(model.sourceSecrets),
    alertTopicArn: parts.alertTopicArn,
    exports: cloudExports({
      functionEndpoints: endpoints,
      operatorEndpoints: {
        lambda: lambda.endpoint,
        cloudWatch: cloudWatch.endpoint,
        received: receivedServer.url,
      },
      parts,
      handlers: model.deployment.handlers,
      sourceSecrets: model.sourceSecrets,
      ...addresses,
      secret,
      reconcileFunctionName: isWithSupaglue ? reconcile?.name : undefined,
    }),
    handlers: () => handlers,
    notRun: model.notRun,
    missing: () => user.missing,
    warnings: () => current.warnings,
    functions: {
      ingest: functionOf(parts.ingest.logicalId),
      consumer: functionOf(parts.consumer.logicalId),
    },
    async reload(assemblyDirectory, userVariables = options.userVariables) {
      const next = await readAssembly(assemblyDirectory);
      const changed = changedInfrastructure(current.template, next.template);
      if (changed.length > 0) {
        throw new LocalError(
          `the stack itself changed (${changed.join(', ')}), which a running cloud cannot follow: start again`,
        );
      }
      const nextModel = modelOf(next);
      const definitions = nextModel.functions;
      user = userSettings(
        userVariables ?? {},
        nextModel.deployment,
        findParts(nextModel).consumer,
        nextModel.secrets,
      );
      putSecrets(user.secrets);
      putSourceSecrets(userVariables);
      await Promise.all(
        definitions.map((definition) => functionOf(definition.logicalId).replace(definition)),
      );
      current = next;
      handlers = nextModel.deployment.handlers;
    },
    stop: () => teardown.run(),
  };
}

function webhookPath(route: RouteModel): string {
  const prefix = route.stage === '$default' ? '' : `/${route.stage}`;
  return prefix + (route.routeKey.split(' ')[1] ?? WEBHOOK_PATH);
}
