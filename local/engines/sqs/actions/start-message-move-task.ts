import type { StartMessageMoveTaskRequest, StartMessageMoveTaskResult } from '@aws-sdk/client-sqs';
import { MoveTask } from '../move-task.ts';
import type { Queues } from '../queues.ts';
import { Refusal } from '../refusal.ts';
import type { OnWire } from '../wire.ts';

export function startMessageMoveTask(queues: Queues, input: OnWire<StartMessageMoveTaskRequest>) {
  const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: perSecond } = input;
  const source = queues.byArn(SourceArn);
  if (queues.moveTasks.some((task) => task.status === 'RUNNING' && task.source === source)) {
    const message =
      'There is already a task running. Only one active task is allowed for a source queue arn.';
    throw new Refusal('UnsupportedOperation', message);
  }
  const destination = DestinationArn === undefined ? undefined : queues.byArn(DestinationArn);
  const task = new MoveTask(source, destination, perSecond, (arn) => queues.byArn(arn));
  queues.moveTasks.unshift(task);
  return { TaskHandle: task.handle } satisfies OnWire<StartMessageMoveTaskResult>;
}
