import { join } from 'node:path';
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { StackOutput } from '../lambdas/contract/outputs.ts';
import { AlertTopic } from './alert-topic.ts';
import { ConsumerFunction } from './consumer-function.ts';
import { IngestApi } from './ingest-api.ts';
import { IngestFunction } from './ingest-function.ts';
import { LedgerTable } from './ledger-table.ts';
import { SigningSecret } from './signing-secret.ts';
import type { StackConfig } from './stack-config.ts';
import { WebhookAlarms } from './webhook-alarms.ts';
import { WebhookDashboard } from './webhook-dashboard.ts';
import { WebhookQueues } from './webhook-queues.ts';

export interface WebhookStackProps {
  readonly config: StackConfig;
  /** Output directory of the bundling step: `ingest` and `consumer` below it become the functions' code. */
  readonly bundleDirectory: string;
}

/** Everything that receives Supaglue's webhooks. Bound to no account or region until it is deployed. */
export class WebhookStack extends Stack {
  constructor(scope: Construct, { config, bundleDirectory }: WebhookStackProps) {
    super(scope, `SupaglueWebhooks-${config.stage}`, {
      description: 'Receives Supaglue webhooks: verified, queued, handled once, and explained when they fail',
    });
    const removalPolicy = config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    const queues = new WebhookQueues(this, 'Queues', { config, removalPolicy });
    const { table: ledger } = new LedgerTable(this, 'Ledger', { removalPolicy });
    const signingSecret = new SigningSecret(this, 'SigningSecret', { removalPolicy });
    const { topic } = new AlertTopic(this, 'Alerts', { config });

    const { function: ingest } = new IngestFunction(this, 'IngestFunction', {
      config,
      assetDirectory: join(bundleDirectory, 'ingest'),
      queue: queues.queue,
      signingSecret,
    });
    const { function: consumer } = new ConsumerFunction(this, 'ConsumerFunction', {
      config,
      assetDirectory: join(bundleDirectory, 'consumer'),
      queues,
      ledger,
      alertTopic: topic,
    });
    const { stage, webhookUrl } = new IngestApi(this, 'IngestApi', {
      config,
      apiName: this.stackName,
      ingest,
    });
    const { alarms } = new WebhookAlarms(this, 'Alarms', { config, topic, queues, stage, ingest, consumer });
    const dashboard = new WebhookDashboard(this, 'Dashboard', {
      config,
      alarms,
      stage,
      ingest,
      consumer,
      queues,
      ledger,
    });

    this.output(StackOutput.WEBHOOK_URL, webhookUrl);
    this.output(StackOutput.SIGNING_SECRET_NAME, signingSecret.secretName);
    this.output(StackOutput.QUEUE_URL, queues.queue.queueUrl);
    this.output(StackOutput.DEAD_LETTER_QUEUE_URL, queues.deadLetterQueue.queueUrl);
    this.output(StackOutput.LEDGER_TABLE_NAME, ledger.tableName);
    this.output(StackOutput.ALERT_TOPIC_ARN, topic.topicArn);
    this.output(StackOutput.DASHBOARD_URL, dashboard.url);
    // They tell the operator's tools which handlers the functions have.
    if (config.pagerDutySecretArn !== undefined) {
      this.output(StackOutput.PAGERDUTY_SECRET_ARN, config.pagerDutySecretArn);
    }
    if (config.slackSecretArn !== undefined) {
      this.output(StackOutput.SLACK_SECRET_ARN, config.slackSecretArn);
    }
    if (config.databaseSecretArn !== undefined) {
      this.output(StackOutput.DATABASE_SECRET_ARN, config.databaseSecretArn);
    }
  }

  private output(key: StackOutput, value: string): void {
    new CfnOutput(this, key, { value });
  }
}
