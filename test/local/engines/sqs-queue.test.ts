import { expect, test } from '@jest/globals';
import { createRequestHandler } from 'local-aws-sqs';
import { QueueBehaviour } from '../../../local/engines/sqs-queue.ts';

type Queue = ReturnType<typeof createRequestHandler>['service']['Queues'][number];

/** A queue whose polls find nothing at first, although something may wait: as on a machine that is busy. */
function queueThatMisses(polls: number, waiting: number) {
  let made = 0;
  const { service } = createRequestHandler({ port: 0 });
  const queue = {
    QueueName: 'test',
    ReceiveMessageWaitTimeSeconds: 0,
    setRecord: () => undefined,
    delete: () => true,
    clearRecords: () => undefined,
    changeVisibility: () => true,
    startMessageMoveTask: () => undefined,
    getAttributes: () => ({
      ApproximateNumberOfMessages: String(waiting),
      ApproximateNumberOfMessagesNotVisible: '0',
    }),
    async receive() {
      made += 1;
      return made > polls ? [{ MessageId: 'found' }] : [];
    },
  } as unknown as Queue;
  service.Queues.push(queue);
  new QueueBehaviour().restore(service);
  return {
    poll: () => queue.receive({ WaitTimeSeconds: 0 } as Parameters<Queue['receive']>[0]),
    made: () => made,
  };
}

test('a poll that missed what waits looks again', async () => {
  const { poll } = queueThatMisses(2, 7);
  expect(await poll()).toEqual([{ MessageId: 'found' }]);
});

test('an empty queue is looked at once, and one that gives nothing a few times', async () => {
  const empty = queueThatMisses(100, 0);
  expect(await empty.poll()).toEqual([]);
  expect(empty.made()).toBe(1);
  const delayed = queueThatMisses(100, 1);
  expect(await delayed.poll()).toEqual([]);
  expect(delayed.made()).toBe(5);
});
