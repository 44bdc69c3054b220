import type { ListMessageMoveTasksRequest, ListMessageMoveTasksResult } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

export function listMessageMoveTasks({ moveTasks }: Queues, input: OnWire<ListMessageMoveTasksRequest>) {
  const { SourceArn, MaxResults = 1 } = input;
  const tasks = moveTasks.filter(({ source }) => source.arn === SourceArn).slice(0, MaxResults);
  return { Results: tasks.map((task) => task.describe()) } satisfies OnWire<ListMessageMoveTasksResult>;
}
