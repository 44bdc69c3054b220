import {
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  paginateListEventSourceMappings,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { safeText } from '../../local/safe-text.ts';
import { CommandError } from './command-error.ts';
import type { Target } from './target.ts';

/** The event source mapping that feeds the consumer from the main queue. */
export interface ConsumerSource {
  readonly uuid: string;
  /** Creating, Enabling, Enabled, Disabling, Disabled, Updating or Deleting, in Lambda's words. */
  readonly state: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Batches in work at once; absent when the mapping sets no limit. */
  readonly maximumConcurrency?: number;
}

/**
 * Finds the mapping of the target's main queue.
 *
 * @throws {CommandError} when the queue has none, or several
 */
export async function findConsumerSource(target: Target, signal: AbortSignal): Promise<ConsumerSource> {
  const EventSourceArn = await queueArn(target, signal);
  const found: EventSourceMappingConfiguration[] = [];
  const pages = paginateListEventSourceMappings(
    { client: target.clients.lambda },
    { EventSourceArn },
    { abortSignal: signal },
  );
  for await (const { EventSourceMappings = [] } of pages) found.push(...EventSourceMappings);
  const [only, ...others] = found.map(toConsumerSource);
  if (only === undefined) {
    throw new CommandError(
      `no function takes events from the queue of ${target.name}: its event source mapping was deleted, deploy the stack again`,
    );
  }
  if (others.length > 0) {
    const names = [only, ...others].map(({ functionName, uuid }) => `${functionName} (${uuid})`).join(', ');
    throw new CommandError(
      `several functions take events from the queue of ${target.name}: ${safeText(names)}; remove what is not the consumer`,
    );
  }
  return only;
}

export async function readConsumerSource(
  target: Target,
  uuid: string,
  abortSignal: AbortSignal,
): Promise<ConsumerSource> {
  const command = new GetEventSourceMappingCommand({ UUID: uuid });
  return toConsumerSource(await target.clients.lambda.send(command, { abortSignal }));
}

async function queueArn({ clients, queueUrl }: Target, abortSignal: AbortSignal): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  const { Attributes } = await clients.sqs.send(command, { abortSignal });
  const arn = Attributes?.['QueueArn'];
  if (arn === undefined) throw new CommandError(`SQS tells no ARN of ${safeText(queueUrl)}`);
  return arn;
}

export function toConsumerSource(mapping: EventSourceMappingConfiguration): ConsumerSource {
  const maximumConcurrency = mapping.ScalingConfig?.MaximumConcurrency;
  return {
    uuid: mapping.UUID ?? '',
    state: mapping.State ?? 'unknown',
    // arn:aws:lambda:REGION:ACCOUNT:function:NAME, and :ALIAS where there is one.
    functionName: mapping.FunctionArn?.split(':')[6] ?? '',
    batchSize: mapping.BatchSize ?? 10,
    batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds ?? 0,
    ...(maximumConcurrency === undefined ? {} : { maximumConcurrency }),
  };
}
