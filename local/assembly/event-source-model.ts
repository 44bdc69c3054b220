import type { Properties } from './properties.ts';
import type { EventSourceModel, FunctionModel, QueueModel } from './stack-model.ts';

const SQS_DEFAULT_BATCH_SIZE = 10;
const SQS_DEFAULT_VISIBILITY_SECONDS = 30;

/** @throws {LocalError} for a mapping that AWS refuses, or that the poller does not run. */
export function eventSourceModel(
  mapping: Properties,
  queues: readonly QueueModel[],
  functions: readonly FunctionModel[],
): EventSourceModel {
  const { owner, refuse } = mapping;
  const arn = mapping.text('EventSourceArn');
  const queue =
    queues.find((candidate) => candidate.arn === arn) ?? refuse(`${arn} is no queue of this stack`);
  const called =
    findFunction(mapping.text('FunctionName'), functions) ?? refuse('the function is not in this stack');
  if (mapping.has('FilterCriteria')) refuse('filters are not run locally');

  const batchSize = mapping.number('BatchSize', SQS_DEFAULT_BATCH_SIZE);
  const batchingWindowSeconds = mapping.number('MaximumBatchingWindowInSeconds', 0);
  const maximumConcurrency = mapping.record('ScalingConfig')['MaximumConcurrency'];
  const visibilitySeconds = Number(queue.attributes['VisibilityTimeout'] ?? SQS_DEFAULT_VISIBILITY_SECONDS);
  if (batchSize > 10 && batchingWindowSeconds < 1) refuse('a batch size over 10 needs a batching window');
  if (visibilitySeconds < called.timeoutSeconds) {
    refuse(
      `Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${called.timeoutSeconds} seconds`,
    );
  }
  if (
    maximumConcurrency !== undefined &&
    !(Number(maximumConcurrency) >= 2 && Number(maximumConcurrency) <= 1000)
  ) {
    refuse('MaximumConcurrency must be from 2 to 1000');
  }
  return {
    logicalId: owner,
    functionId: called.logicalId,
    queueUrl: queue.url,
    queueArn: queue.arn,
    batchSize,
    batchingWindowSeconds,
    reportsItemFailures: mapping.list('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    ...(maximumConcurrency === undefined ? {} : { maximumConcurrency: Number(maximumConcurrency) }),
    enabled: mapping.optionalText('Enabled') !== 'false',
  };
}

/** A function is named by its name or its ARN. */
export function findFunction(
  nameOrArn: string,
  functions: readonly FunctionModel[],
): FunctionModel | undefined {
  return functions.find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
}
