import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { RemovalPolicy, Stack, Stage } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { StackOutput, sourceOutput } from '../lambdas/contract/outputs.ts';
import { AlertTopic } from './alert-topic.ts';
import { ConsumerFunction } from './consumer-function.ts';
import { describeDeployment } from './deployment-metadata.ts';
import { DeploymentOutputs } from './deployment-outputs.ts';
import { functionCode } from './function-code.ts';
import { IngestApi } from './ingest-api.ts';
import { IngestFunction } from './ingest-function.ts';
import { IngestUrl } from './ingest-url.ts';
import { LedgerTable } from './ledger-table.ts';
import type { SupaglueWebhooksProps } from './props.ts';
import { ReconcileFunction } from './reconcile-function.ts';
import { configOf } from './settings.ts';
import { SigningSecret } from './signing-secret.ts';
import { WebhookAlarms } from './webhook-alarms.ts';
import { WebhookDashboard } from './webhook-dashboard.ts';
import { WebhookQueues } from './webhook-queues.ts';
import { WebhookSources } from './webhook-sources.ts';

/**
 * Everything that receives Supaglue's webhooks, to be put into a stack of yours beside whatever your handlers need:
 *
 * ```ts
 * const webhooks = new SupaglueWebhooks(this, 'Default', { handlers: join(import.meta.dirname, 'handlers.ts') });
 * invoices.grantPut(webhooks.consumer);
 * ```
 *
 * Keep the id of a deployed one: queues, ledger and secret are named by it, and CloudFormation would replace them.
 * `Default` adds nothing to the names; a second one in the same stack takes another id and another `stage`.
 */
export class SupaglueWebhooks extends Construct {
  /** Runs the handlers: what they need is granted to it. */
  readonly consumer: LambdaFunction;
  /** Verifies webhooks and puts them on the queue. */
  readonly ingest: LambdaFunction;
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly ledger: TableV2;
  /** Where alarms and alerts are published. */
  readonly alertTopic: Topic;
  /** What is pasted into Supaglue's settings. */
  readonly webhookUrl: string;
  /** The same without a gateway, of a deployment that has both. */
  readonly functionWebhookUrl: string | undefined;

  /**
   * @throws {StackConfigError} naming each property whose value is not allowed
   * @throws {BundleError} when the handlers do not compile
   */
  constructor(scope: Construct, id: string, props: SupaglueWebhooksProps) {
    super(scope, id);
    const config = configOf(props);
    const { stackName } = Stack.of(this);
    const name = id === 'Default' ? stackName : `${stackName}-${id}`;
    // A first deployment that fails leaves nothing behind: what was just made is empty. Not so the table, whose
    // deletion protection would make that roll-back fail.
    const removalPolicy = config.retainData
      ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
      : RemovalPolicy.DESTROY;
    const ledgerPolicy = config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const code = functionCode({
      handlers: props.handlers,
      assetDirectory: Stage.of(this)?.assetOutdir ?? '',
      prefix: `bundle-${this.node.addr.slice(-8)}-`,
      reconciles: config.reconcileMinutes !== undefined,
    });

    const queues = new WebhookQueues(this, 'Queues', { config, removalPolicy });
    const { table: ledger } = new LedgerTable(this, 'Ledger', { removalPolicy: ledgerPolicy });
    const signingSecret = new SigningSecret(this, 'SigningSecret', { removalPolicy });
    const sources = new WebhookSources(this, 'Sources', {
      sources: props.sources ?? {},
      endpoint: config.endpoint,
      removalPolicy,
    });
    const { topic } = new AlertTopic(this, 'Alerts', { config });

    const { function: ingest } = new IngestFunction(this, 'IngestFunction', {
      config,
      assetDirectory: code.ingest,
      queue: queues.queue,
      signingSecret,
      sources,
    });
    const { function: consumer } = new ConsumerFunction(this, 'ConsumerFunction', {
      config,
      assetDirectory: code.consumer,
      queues,
      ledger,
      alertTopic: topic,
      environment: props.consumer?.environment ?? {},
      secrets: props.consumer?.secrets ?? {},
    });
    const { reconcileMinutes: minutes, supaglueApiKeySecretArn: apiKeySecretArn } = config;
    const reconcile =
      minutes === undefined || apiKeySecretArn === undefined
        ? undefined
        : new ReconcileFunction(this, 'ReconcileFunction', {
            config,
            assetDirectory: code.reconcile,
            queue: queues.queue,
            ledger,
            apiKeySecretArn,
            minutes,
          });
    // It takes what a consumer from before has handled for untold.
    reconcile?.node.addDependency(consumer);
    const api =
      config.endpoint === 'function-url'
        ? undefined
        : new IngestApi(this, 'IngestApi', { config, apiName: name, ingest, sources: sources.byName });
    // Else ingest may accept what the consumer does not know yet, which one of version 0.2 dead-letters.
    for (const route of api?.sourceRoutes.values() ?? []) route.node.addDependency(consumer);
    const functionUrl = config.endpoint === 'http-api' ? undefined : new IngestUrl(this, 'IngestUrl', ingest);
    const endpoints = [api?.stage, functionUrl].filter((endpoint) => endpoint !== undefined);
    const throttledRequests = api?.throttledRequests;
    const [webhookUrl, functionWebhookUrl] = [api?.webhookUrl, functionUrl?.webhookUrl].filter(
      (url) => url !== undefined,
    );
    const [route, url] = [api?.route, functionUrl?.url].filter((part) => part !== undefined);
    if (webhookUrl === undefined || route === undefined) throw new TypeError('nothing receives requests');
    const { alarms } = new WebhookAlarms(this, 'Alarms', {
      config,
      namePrefix: name,
      topic,
      queues,
      endpoints,
      throttledRequests,
      ingest,
      consumer,
      reconcile: reconcile?.function,
    });
    const dashboard = new WebhookDashboard(this, 'Dashboard', {
      config,
      dashboardName: name,
      alarms,
      endpoints,
      throttledRequests,
      ingest,
      consumer,
      queues,
      ledger,
      reconcile: reconcile?.function,
    });

    new DeploymentOutputs(this, {
      [StackOutput.WEBHOOK_URL]: webhookUrl,
      ...(functionWebhookUrl === undefined ? {} : { [StackOutput.FUNCTION_WEBHOOK_URL]: functionWebhookUrl }),
      [StackOutput.SIGNING_SECRET_NAME]: signingSecret.secretName,
      [StackOutput.QUEUE_URL]: queues.queue.queueUrl,
      [StackOutput.DEAD_LETTER_QUEUE_URL]: queues.deadLetterQueue.queueUrl,
      [StackOutput.LEDGER_TABLE_NAME]: ledger.tableName,
      [StackOutput.ALERT_TOPIC_ARN]: topic.topicArn,
      [StackOutput.DASHBOARD_URL]: dashboard.url,
      [StackOutput.INGEST_LOG_GROUP]: ingest.logGroup.logGroupName,
      ...(reconcile && { [StackOutput.RECONCILE_FUNCTION_NAME]: reconcile.function.functionName }),
      ...Object.fromEntries(
        [...sources.byName].map(([source, { secret }]) => [sourceOutput(source), secret.secretName]),
      ),
    });
    describeDeployment(this, {
      code,
      sources,
      sourceRoutes: api?.sourceRoutes ?? new Map(),
      secrets: Object.keys(props.consumer?.secrets ?? {}),
      parts: {
        ingest,
        consumer,
        route,
        url,
        queue: queues.queue,
        deadLetterQueue: queues.deadLetterQueue,
        ledger,
        signingSecret: signingSecret.resource,
        alertTopic: topic,
        reconcile: reconcile?.function,
        schedule: reconcile?.schedule,
      },
    });

    this.consumer = consumer;
    this.ingest = ingest;
    this.queue = queues.queue;
    this.deadLetterQueue = queues.deadLetterQueue;
    this.ledger = ledger;
    this.alertTopic = topic;
    this.webhookUrl = webhookUrl;
    this.functionWebhookUrl = functionWebhookUrl;
  }
}
