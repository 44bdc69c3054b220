import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { TestEnvironment } from '../support/test-resources.ts';
import { eventually } from './eventually.ts';
import { attributesOf, type Fits, type PairRig, pairRig, textAttribute, withBody } from './queue-rig.ts';

/** SQS's counts are approximate: they agree about a minute after the last change. */
const COUNTS_SETTLE_MS = 90_000;
const BATCH = 10;

/** What a message carries from `SendMessage` to the function, and how it leaves the queue. */
export function describeQueueDelivery(given: () => TestEnvironment): void {
  describe('delivery', () => {
    let queue: PairRig['main'];
    // Of each test's own: what a test that fails leaves behind is nobody else's failure.
    beforeEach(async () => {
      queue = (await pairRig(given())).main;
    });

    test('each message keeps its own attributes and group, on a standard queue', async () => {
      const beforeMs = Date.now();
      const customers = ['customer-1', 'customer-2', 'customer-3'];
      const attributes = (customer: string) => ({
        'svix-id': textAttribute(`msg_${customer}`),
        number: { DataType: 'Number', StringValue: '42' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 10, ...Buffer.from(customer)]) },
      });
      for (const customer of customers) {
        await queue.send(customer, {
          MessageGroupId: customer,
          MessageAttributes: attributes(customer),
        });
      }
      const messages = await queue.take(({ Body = '' }) => customers.includes(Body), customers.length);
      for (const message of messages) {
        const { Body = '', Attributes } = message;
        expect(attributesOf(message)).toEqual(attributes(Body));
        expect(Attributes).toMatchObject({ MessageGroupId: Body, ApproximateReceiveCount: '1' });
        // Their clock need not be ours: a message's retention counts from here, so days matter, not seconds.
        expect(Math.abs(Number(Attributes?.SentTimestamp) - beforeMs)).toBeLessThan(300_000);
        await queue.remove(message);
      }
    });

    test('a long poll answers when a message comes, not at its end', async () => {
      const startedMs = performance.now();
      const polling = queue.receive(20);
      await queue.send('awaited');
      const messages = await polling;
      expect(messages.map(({ Body }) => Body)).toContain('awaited');
      expect(performance.now() - startedMs).toBeLessThan(15_000);
      for (const message of messages) await queue.remove(message);
    });

    test('a batch of ten is sent and deleted entry by entry: a bad one does not take the others with it', async () => {
      const { sqs } = given();
      const bodies = Array.from({ length: BATCH }, (_, index) => `entry-${index}`);
      const { Successful = [], Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: bodies.map((MessageBody, index) => ({
            Id: `e${index}`,
            MessageBody: index === 3 ? 'refused \u0002' : MessageBody,
          })),
        }),
      );
      expect(Successful).toHaveLength(BATCH - 1);
      expect(Failed).toMatchObject([{ Id: 'e3', SenderFault: true, Code: 'InvalidMessageContents' }]);

      const taken = await queue.take(({ Body = '' }) => bodies.includes(Body), BATCH - 1);
      const deleted = await sqs.send(
        // Safe to delete: all are the test's own, and it has read them.
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: [
            ...taken.map(({ ReceiptHandle }, index) => ({ Id: `e${index}`, ReceiptHandle })),
            { Id: 'bad', ReceiptHandle: 'no handle of this queue' },
          ],
        }),
      );
      expect(deleted.Successful).toHaveLength(BATCH - 1);
      expect(deleted.Failed).toMatchObject([
        { Id: 'bad', SenderFault: true, Code: 'ReceiptHandleIsInvalid' },
      ]);
    });

    test('more than ten waiting are given at most ten at a time', async () => {
      const fits: Fits = ({ Body = '' }) => Body.startsWith('many-');
      for (let index = 0; index < BATCH + 3; index += 1) await queue.send(`many-${index}`);
      const first = await queue.receive();
      expect(first.length).toBeGreaterThan(0);
      expect(first.length).toBeLessThanOrEqual(BATCH);
      const rest = await queue.take(fits, BATCH + 3 - first.length);
      const all = [...first, ...rest];
      expect(new Set(all.map(({ Body }) => Body)).size).toBe(BATCH + 3);
      for (const message of all) await queue.remove(message);
    });

    test(
      'messages that wait and messages in work are counted apart, and a drained queue counts none',
      async () => {
        const counts = async (waiting: number, inWork: number) => {
          const wanted = `${waiting} waiting, ${inWork} in work`;
          let seen = '';
          await eventually(
            async () => {
              seen = await depth();
              return seen === wanted ? seen : undefined;
            },
            () => `${wanted}, but ${seen}`,
            COUNTS_SETTLE_MS,
          );
        };
        await queue.send('counted');
        await counts(1, 0);
        const message = await queue.takeOne(withBody('counted'));
        await queue.hide(message, 600);
        await counts(0, 1);
        await queue.remove(message);
        await counts(0, 0);
      },
      3 * COUNTS_SETTLE_MS,
    );

    const depth = async () => {
      const { Attributes } = await given().sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: queue.url,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return `${Attributes?.ApproximateNumberOfMessages} waiting, ${Attributes?.ApproximateNumberOfMessagesNotVisible} in work`;
    };
  });
}
