import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Duration, type RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  DEAD_LETTER_RETENTION_SECONDS,
  MAX_RECEIVE_COUNT,
  QUEUE_RETENTION_SECONDS,
} from '../lambdas/contract/timing.ts';
import { consumerTimeoutSeconds, type StackConfig } from './stack-config.ts';

/** AWS's advice for event sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_FUNCTION_TIMEOUT = 6;

export interface WebhookQueuesProps {
  readonly config: StackConfig;
  readonly removalPolicy: RemovalPolicy;
}

/** The queue between the two functions, and the one for what cannot be handled. */
export class WebhookQueues extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { config, removalPolicy }: WebhookQueuesProps) {
    super(scope, id);
    // Any queue of the account may name this one as its dead-letter queue: to allow only ours, it would need
    // the ARN of a queue that needs its own ARN, or fixed names, which collide with retained queues.
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      // A moved message keeps the time of its first enqueue, so this must be longer than the queue's own.
      retentionPeriod: Duration.seconds(DEAD_LETTER_RETENTION_SECONDS),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy,
    });
    this.queue = new Queue(this, 'Queue', {
      retentionPeriod: Duration.seconds(QUEUE_RETENTION_SECONDS),
      visibilityTimeout: Duration.seconds(
        VISIBILITY_PER_FUNCTION_TIMEOUT * consumerTimeoutSeconds(config) + config.batchWindowSeconds,
      ),
      // A backstop only: SQS moves messages without a reason. The consumer counts attempts in the ledger.
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy,
    });
  }
}
