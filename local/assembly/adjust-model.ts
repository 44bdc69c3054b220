import type { QueueModel, StackModel } from './stack-model.ts';

export interface Adjustments {
  readonly batchSize?: number;
  /** A debugger may stop the functions behind queues for as long as SQS can hide a message. Default false. */
  readonly withoutTimeLimits?: boolean;
}

/** SQS hides a message for no longer. */
const MAX_VISIBILITY_SECONDS = 12 * 60 * 60;
/** Well below the visibility timeout: nothing is delivered again while somebody thinks about it. */
const LONGEST_TIMEOUT_SECONDS = 11 * 60 * 60;

/** The stack as an operator's tool needs it; everything else stays as it is deployed. */
export function adjustModel(model: StackModel, adjustments: Adjustments): StackModel {
  const { batchSize, withoutTimeLimits = false } = adjustments;
  const sourced = model.eventSources.map((source) =>
    batchSize === undefined ? source : { ...source, batchSize },
  );
  if (!withoutTimeLimits) return { ...model, eventSources: sourced };
  const functionIds = new Set(sourced.map(({ functionId }) => functionId));
  const queueArns = new Set(sourced.map(({ queueArn }) => queueArn));
  return {
    ...model,
    eventSources: sourced,
    functions: model.functions.map((each) =>
      functionIds.has(each.logicalId) ? { ...each, timeoutSeconds: LONGEST_TIMEOUT_SECONDS } : each,
    ),
    queues: model.queues.map((queue) => (queueArns.has(queue.arn) ? hidingLongest(queue) : queue)),
  };
}

function hidingLongest(queue: QueueModel): QueueModel {
  return {
    ...queue,
    attributes: { ...queue.attributes, VisibilityTimeout: String(MAX_VISIBILITY_SECONDS) },
  };
}
