import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { paginateListSubscriptionsByTopic } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, type QueueAttributeName } from '@aws-sdk/client-sqs';
import { findConsumerSource } from '../core/consumer-source.ts';
import type { Target } from '../core/target.ts';
import { withAnswerDate } from './answer-date.ts';
import type { SubscriptionCounts } from './judge-alerts.ts';
import type { TimeToLive } from './judge-ledger.ts';

export type Readings = ReturnType<typeof createReadings>;

/** What several checks need is read once; a read that fails fails each check that needs it. */
export function createReadings(target: Target, abortSignal: AbortSignal) {
  const queue = once(() => readQueue(target, target.queueUrl, abortSignal));
  const deadLetterQueue = once(() => readQueue(target, target.deadLetterQueueUrl, abortSignal));
  const source = once(() => findConsumerSource(target, abortSignal));
  const consumer = once(async () => readFunction(target, (await source()).functionName, abortSignal));
  return { queue, deadLetterQueue, source, consumer };
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let reading: Promise<Value> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}

/** Counts are approximate on AWS. */
async function readQueue(target: Target, queueUrl: string, abortSignal: AbortSignal) {
  const names: QueueAttributeName[] = [
    'VisibilityTimeout',
    'MessageRetentionPeriod',
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
  ];
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: names });
  const skew = withAnswerDate(command);
  const { Attributes } = await target.clients.sqs.send(command, { abortSignal });
  return {
    visibilitySeconds: Number(Attributes?.['VisibilityTimeout']),
    retentionSeconds: Number(Attributes?.['MessageRetentionPeriod']),
    visible: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0),
    hidden: Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    /** How far this machine's clock is ahead; undefined when the answer had no date. */
    skewMs: skew.skewMs(),
  };
}

async function readFunction(target: Target, FunctionName: string, abortSignal: AbortSignal) {
  const command = new GetFunctionConfigurationCommand({ FunctionName });
  const { Timeout, Environment } = await target.clients.lambda.send(command, { abortSignal });
  const environment: Readonly<Record<string, string>> = Environment?.Variables ?? {};
  return { timeoutSeconds: Timeout ?? Number.NaN, environment };
}

/** Undefined locally: the engine answers, but deletes nothing. */
export async function readTimeToLive(
  { clients, kind, ledgerTableName: TableName }: Target,
  abortSignal: AbortSignal,
): Promise<TimeToLive | undefined> {
  if (kind === 'local') return undefined;
  const answer = await clients.dynamoDb.send(new DescribeTimeToLiveCommand({ TableName }), { abortSignal });
  const description = answer.TimeToLiveDescription;
  return {
    status: description?.TimeToLiveStatus ?? 'DISABLED',
    attribute: description?.AttributeName,
  };
}

export async function countSubscriptions(
  { clients, alertTopicArn: TopicArn }: Target,
  abortSignal: AbortSignal,
): Promise<SubscriptionCounts> {
  const counts = { confirmed: 0, pending: 0 };
  const pages = paginateListSubscriptionsByTopic({ client: clients.sns }, { TopicArn }, { abortSignal });
  for await (const { Subscriptions = [] } of pages) {
    for (const { SubscriptionArn } of Subscriptions) {
      // Not an ARN: `PendingConfirmation`, or `Deleted` for a while after it was taken away.
      if (SubscriptionArn?.startsWith('arn:') === true) counts.confirmed += 1;
      else if (SubscriptionArn !== 'Deleted') counts.pending += 1;
    }
  }
  return counts;
}
