import type { CancelMessageMoveTaskRequest, CancelMessageMoveTaskResult } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import { Refusal } from '../refusal.ts';
import type { OnWire } from '../wire.ts';

export function cancelMessageMoveTask(
  { moveTasks }: Queues,
  { TaskHandle }: OnWire<CancelMessageMoveTaskRequest>,
) {
  const task = moveTasks.find(({ handle, status }) => status === 'RUNNING' && handle === TaskHandle);
  if (task === undefined) throw new Refusal('ResourceNotFoundException', 'There is no such task running.');
  task.end('CANCELLED');
  return { ApproximateNumberOfMessagesMoved: task.moved } satisfies OnWire<CancelMessageMoveTaskResult>;
}
