import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ConsumerEnvironment, RECONCILES_VARIABLE } from '../lambdas/contract/environment.ts';
import { CONSUMER_SERVICE } from '../lambdas/contract/metrics.ts';
import { MAX_RECEIVE_COUNT, QUEUE_RETENTION_SECONDS } from '../lambdas/contract/timing.ts';
import { databaseEnvironment, databaseNetwork, databaseSecrets } from './consumer-database.ts';
import { checkHandlerVariables } from './handler-variables.ts';
import type { HandlerSecret } from './props.ts';
import { consumerTimeoutSeconds, type StackConfig } from './stack-config.ts';
import { optionalVariable, WebhookFunction } from './webhook-function.ts';
import type { WebhookQueues } from './webhook-queues.ts';

export interface ConsumerFunctionProps {
  readonly config: StackConfig;
  readonly assetDirectory: string;
  readonly queues: WebhookQueues;
  readonly ledger: TableV2;
  readonly alertTopic: Topic;
  /** Variables for the handlers. */
  readonly environment: Readonly<Record<string, string>>;
  /** Secrets for the handlers, by the variable that names them. */
  readonly secrets: Readonly<Record<string, HandlerSecret>>;
}

/** Takes events from the queue and runs their handlers. */
export class ConsumerFunction extends Construct {
  readonly function: WebhookFunction['function'];

  constructor(scope: Construct, id: string, props: ConsumerFunctionProps) {
    super(scope, id);
    const { config, ledger, alertTopic } = props;
    const { queue, deadLetterQueue } = props.queues;
    checkHandlerVariables(props);
    const consumer = new WebhookFunction(this, 'Consumer', {
      config,
      network: databaseNetwork(this, config),
      description: 'Runs the handlers of Supaglue events and records what became of them',
      assetDirectory: props.assetDirectory,
      timeoutSeconds: consumerTimeoutSeconds(config),
      service: CONSUMER_SERVICE,
      environment: {
        [ConsumerEnvironment.QUEUE_URL]: queue.queueUrl,
        [ConsumerEnvironment.DEAD_LETTER_QUEUE_URL]: deadLetterQueue.queueUrl,
        [ConsumerEnvironment.LEDGER_TABLE_NAME]: ledger.tableName,
        [ConsumerEnvironment.ALERT_TOPIC_ARN]: alertTopic.topicArn,
        [ConsumerEnvironment.ALERT_WINDOW_SECONDS]: String(config.alertWindowSeconds),
        ...optionalVariable(ConsumerEnvironment.PAGERDUTY_SECRET_ID, config.pagerDutySecretArn),
        ...optionalVariable(ConsumerEnvironment.SLACK_SECRET_ID, config.slackSecretArn),
        ...databaseEnvironment(config),
        ...optionalVariable(RECONCILES_VARIABLE, config.reconcileMinutes && 'true'),
        [ConsumerEnvironment.MAX_ATTEMPTS]: String(config.maxAttempts),
        [ConsumerEnvironment.MAX_RECEIVE_COUNT]: String(MAX_RECEIVE_COUNT),
        [ConsumerEnvironment.BACKOFF_BASE_SECONDS]: String(config.backoffBaseSeconds),
        [ConsumerEnvironment.BACKOFF_CAP_SECONDS]: String(config.backoffCapSeconds),
        [ConsumerEnvironment.QUEUE_RETENTION_SECONDS]: String(QUEUE_RETENTION_SECONDS),
        [ConsumerEnvironment.LEDGER_RETENTION_DAYS]: String(config.ledgerRetentionDays),
        ...props.environment,
        ...Object.fromEntries(
          Object.entries(props.secrets).map(([name, secret]) => [name, secret.secretArn]),
        ),
      },
    });
    // What Lambda polls with, and ChangeMessageVisibility for the backoff. CDK's SqsEventSource would also grant
    // GetQueueUrl, which nothing calls: the mapping has the ARN, the code has the URL.
    consumer.allow(
      queue.queueArn,
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ChangeMessageVisibility',
    );
    consumer.function.addEventSourceMapping('Queue', {
      eventSourceArn: queue.queueArn,
      batchSize: config.batchSize,
      maxBatchingWindow: Duration.seconds(config.batchWindowSeconds),
      maxConcurrency: config.maxConcurrency,
      // Without it one failed event would bring its whole batch back.
      reportBatchItemFailures: true,
    });
    consumer.allow(deadLetterQueue.queueArn, 'sqs:SendMessage');
    consumer.allow(ledger.tableArn, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    consumer.allow(alertTopic.topicArn, 'sns:Publish');
    const { pagerDutySecretArn, slackSecretArn } = config;
    for (const secretArn of [pagerDutySecretArn, slackSecretArn, ...databaseSecrets(config)]) {
      if (secretArn !== undefined) consumer.allow(secretArn, 'secretsmanager:GetSecretValue');
    }
    if (config.alertTopicKeyArn !== undefined) {
      // SNS names the topic in the encryption context of each call that it makes for a publisher: the key opens
      // nothing else to the handlers. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
      consumer.allowWhere(
        { StringEquals: { 'kms:EncryptionContext:aws:sns:topicArn': alertTopic.topicArn } },
        config.alertTopicKeyArn,
        'kms:Decrypt',
        'kms:GenerateDataKey',
      );
    }
    for (const secret of Object.values(props.secrets)) secret.grantRead(consumer.function);
    this.function = consumer.function;
  }
}
