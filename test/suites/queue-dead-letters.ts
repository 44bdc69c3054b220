import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createSqsQueue } from '../../lambdas/consumer/sqs-queue.ts';
import { toRecord } from '../../local/poller/sqs-event.ts';
import type { TestEnvironment } from '../support/test-resources.ts';
import { eventually } from './eventually.ts';
import { attributesOf, type PairRig, pairRig, textAttribute, withBody } from './queue-rig.ts';

const RECEIVES = 2;
const ATTRIBUTES = {
  'svix-id': textAttribute('msg_1'),
  number: { DataType: 'Number', StringValue: '42' },
  bytes: { DataType: 'Binary.raw', BinaryValue: new Uint8Array([0, 255, 10]) },
};
const GROUP = { MessageGroupId: 'customer-1' };

/** SQS's own move as the backstop, the consumer's copy as the rule, and the way back. */
export function describeQueueDeadLetters(given: () => TestEnvironment): void {
  describe('dead letters', () => {
    let queues: PairRig;
    beforeEach(async () => {
      queues = await pairRig(given(), { maxReceiveCount: RECEIVES });
    });

    test('SQS moves a message at maxReceiveCount, whole: body, attributes, group and the time it was sent', async () => {
      const { main, dead, pair } = queues;
      await main.send('poison', { ...GROUP, MessageAttributes: ATTRIBUTES });
      const first = await main.takeOne(withBody('poison'));
      await main.hide(first, 0);
      await main.hide(await main.takeOne(withBody('poison')), 0);
      // SQS moves it when it would give it a third time.
      const moved = await eventually(
        async () => {
          expect((await main.receive(0)).filter(withBody('poison'))).toEqual([]);
          return (await dead.receive(1)).find(withBody('poison'));
        },
        () => 'the move to the dead-letter queue',
      );
      expect(attributesOf(moved)).toEqual(ATTRIBUTES);
      expect(moved.Attributes).toMatchObject({
        ...GROUP,
        SentTimestamp: first.Attributes?.SentTimestamp,
        DeadLetterQueueSourceArn: pair.queueArn,
      });
      await dead.remove(moved);
    });

    test('the consumer’s copy keeps body, group and every attribute, and adds the reason', async () => {
      const { main, dead, pair } = queues;
      const consumer = createSqsQueue({ client: given().sqs, ...pair });
      await main.send('copied', { ...GROUP, MessageAttributes: ATTRIBUTES });
      const message = await main.takeOne(withBody('copied'));
      await consumer.copyToDeadLetters(toRecord(message, pair.queueArn), '{"reason":"permanent"}');
      const copy = await dead.takeOne(withBody('copied'));
      expect(attributesOf(copy)).toEqual({
        ...ATTRIBUTES,
        failure: textAttribute('{"reason":"permanent"}'),
      });
      expect(copy.Attributes).toMatchObject({ ...GROUP, ApproximateReceiveCount: '1' });
      await dead.remove(copy);

      // The copy took nothing from the original: it is there until it is acknowledged.
      await consumer.hide(message.ReceiptHandle ?? '', 1);
      const again = await main.takeOne(withBody('copied'));
      expect(again.MessageId).toBe(message.MessageId);
      await main.remove(again);
    });

    test('a move task brings back what was sent there directly, attributes and group kept', async () => {
      const { main, dead, pair } = queues;
      await dead.send('redriven', { ...GROUP, MessageAttributes: ATTRIBUTES });
      const { sqs } = given();
      await sqs.send(
        new StartMessageMoveTaskCommand({
          SourceArn: pair.deadLetterQueueArn,
          DestinationArn: pair.queueArn,
        }),
      );
      const message = await main.takeOne(withBody('redriven'));
      expect(attributesOf(message)).toEqual(ATTRIBUTES);
      expect(message.Attributes).toMatchObject(GROUP);
      await main.remove(message);
      const status = async () => {
        const { Results = [] } = await sqs.send(
          new ListMessageMoveTasksCommand({ SourceArn: pair.deadLetterQueueArn }),
        );
        return Results[0];
      };
      const task = await eventually(
        async () => {
          const result = await status();
          return result?.Status === 'COMPLETED' ? result : undefined;
        },
        () => 'the move task COMPLETED',
      );
      expect(task.ApproximateNumberOfMessagesMoved).toBe(1);
    });
  });
}
