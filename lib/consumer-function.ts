import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ConsumerEnvironment } from '../lambdas/contract/environment.ts';
import { CONSUMER_SERVICE } from '../lambdas/contract/metrics.ts';
import { MAX_RECEIVE_COUNT, QUEUE_RETENTION_SECONDS } from '../lambdas/contract/timing.ts';
import { consumerTimeoutSeconds, type StackConfig } from './stack-config.ts';
import { WebhookFunction } from './webhook-function.ts';
import type { WebhookQueues } from './webhook-queues.ts';

export interface ConsumerFunctionProps {
  readonly config: StackConfig;
  readonly assetDirectory: string;
  readonly queues: WebhookQueues;
  readonly ledger: TableV2;
  readonly alertTopic: Topic;
}

/** Takes events from the queue and runs their handlers. */
export class ConsumerFunction extends Construct {
  readonly function: WebhookFunction['function'];

  constructor(scope: Construct, id: string, props: ConsumerFunctionProps) {
    super(scope, id);
    const { config, ledger, alertTopic } = props;
    const { queue, deadLetterQueue } = props.queues;
    const consumer = new WebhookFunction(this, 'Consumer', {
      config,
      description: 'Runs the handlers of Supaglue events and records what became of them',
      assetDirectory: props.assetDirectory,
      timeoutSeconds: consumerTimeoutSeconds(config),
      service: CONSUMER_SERVICE,
      environment: {
        [ConsumerEnvironment.QUEUE_URL]: queue.queueUrl,
        [ConsumerEnvironment.DEAD_LETTER_QUEUE_URL]: deadLetterQueue.queueUrl,
        [ConsumerEnvironment.LEDGER_TABLE_NAME]: ledger.tableName,
        [ConsumerEnvironment.ALERT_TOPIC_ARN]: alertTopic.topicArn,
        [ConsumerEnvironment.MAX_ATTEMPTS]: String(config.maxAttempts),
        [ConsumerEnvironment.MAX_RECEIVE_COUNT]: String(MAX_RECEIVE_COUNT),
        [ConsumerEnvironment.BACKOFF_BASE_SECONDS]: String(config.backoffBaseSeconds),
        [ConsumerEnvironment.BACKOFF_CAP_SECONDS]: String(config.backoffCapSeconds),
        [ConsumerEnvironment.QUEUE_RETENTION_SECONDS]: String(QUEUE_RETENTION_SECONDS),
        [ConsumerEnvironment.LEDGER_RETENTION_DAYS]: String(config.ledgerRetentionDays),
      },
    });
    // Its grant holds what polling needs, ChangeMessageVisibility (the backoff) among it.
    consumer.function.addEventSource(
      new SqsEventSource(queue, {
        batchSize: config.batchSize,
        maxBatchingWindow: Duration.seconds(config.batchWindowSeconds),
        maxConcurrency: config.maxConcurrency,
        // Without it one failed event would bring its whole batch back.
        reportBatchItemFailures: true,
      }),
    );
    consumer.allow(deadLetterQueue.queueArn, 'sqs:SendMessage');
    consumer.allow(ledger.tableArn, 'dynamodb:GetItem', 'dynamodb:UpdateItem');
    consumer.allow(alertTopic.topicArn, 'sns:Publish');
    if (config.alertTopicKeyArn !== undefined) {
      consumer.allow(config.alertTopicKeyArn, 'kms:Decrypt', 'kms:GenerateDataKey');
    }
    this.function = consumer.function;
  }
}
