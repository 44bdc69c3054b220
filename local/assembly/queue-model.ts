import type { Properties } from './properties.ts';
import type { QueueModel } from './stack-model.ts';
import type { StackReader } from './stack-reader.ts';

const PLAIN_ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
] as const;

/** Encryption settings are left out: the engine keeps messages in memory. */
export function queueModel(stack: StackReader, queue: Properties): QueueModel {
  if (queue.has('FifoQueue')) queue.refuse('FIFO queues are not run locally');
  const attributes: Record<string, string> = {};
  for (const name of PLAIN_ATTRIBUTES) {
    const value = queue.optionalText(name);
    if (value !== undefined) attributes[name] = value;
  }
  const redrive = queue.record('RedrivePolicy');
  const target = redrive['deadLetterTargetArn'];
  if (typeof target === 'string') attributes['RedrivePolicy'] = JSON.stringify(redrive);
  const allow = queue.record('RedriveAllowPolicy');
  if (Object.keys(allow).length > 0) attributes['RedriveAllowPolicy'] = JSON.stringify(allow);
  const identity = stack.identityOf(queue.owner);
  return {
    logicalId: queue.owner,
    name: stack.nameOf(queue.owner),
    url: identity.ref,
    arn: identity.attributes['Arn'] ?? '',
    attributes,
    ...(typeof target === 'string' ? { deadLetterTargetArn: target } : {}),
  };
}

/** SQS refuses a redrive policy whose target does not exist yet. */
export function sortQueues(queues: readonly QueueModel[]): QueueModel[] {
  const sorted: QueueModel[] = [];
  const add = (queue: QueueModel): void => {
    if (sorted.includes(queue)) return;
    const target = queues.find(({ arn }) => arn === queue.deadLetterTargetArn);
    if (target !== undefined && target !== queue) add(target);
    sorted.push(queue);
  };
  for (const queue of queues) add(queue);
  return sorted;
}
