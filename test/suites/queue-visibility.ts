import { beforeEach, describe, expect, test } from '@jest/globals';
import { MAX_VISIBILITY_SECONDS } from '../../lambdas/contract/timing.ts';
import type { TestEnvironment } from '../support/test-resources.ts';
import { type PairRig, pairRig, withBody } from './queue-rig.ts';

const TIMEOUT_SECONDS = 2;
/** SQS counts visibility in whole seconds, on its own clock. */
const EARLY_BY_SECONDS = 1;

/** What backoff, deferral and redelivery rest on. */
export function describeQueueVisibility(given: () => TestEnvironment): void {
  describe('visibility', () => {
    let queue: PairRig['main'];
    beforeEach(async () => {
      queue = (await pairRig(given(), { visibilityTimeoutSeconds: TIMEOUT_SECONDS })).main;
    });

    test('what nobody deletes is hidden for the queue’s timeout and comes again, counted', async () => {
      await queue.send('forgotten');
      const first = await queue.takeOne(withBody('forgotten'));
      const takenAtMs = performance.now();
      const second = await queue.takeOne(withBody('forgotten'));
      const hiddenMs = performance.now() - takenAtMs;
      expect(hiddenMs).toBeGreaterThan((TIMEOUT_SECONDS - EARLY_BY_SECONDS) * 1_000);
      expect(second.MessageId).toBe(first.MessageId);
      expect(Number(second.Attributes?.ApproximateReceiveCount)).toBe(2);
      await queue.remove(second);
    });

    test('what is hidden longer outlasts the queue’s timeout, and what its newest receipt deleted is gone', async () => {
      await queue.send('hidden');
      const hidden = await queue.takeOne(withBody('hidden'));
      await queue.hide(hidden, 600);

      await queue.send('twice');
      const older = await queue.takeOne(withBody('twice'));
      await queue.hide(older, 0);
      const newer = await queue.takeOne(withBody('twice'));
      expect(newer.ReceiptHandle).not.toBe(older.ReceiptHandle);
      // Whatever the older one does: SQS promises nothing for it but that it is no error. Nor is a second time.
      await queue.remove(older);
      await queue.remove(newer);
      await queue.remove(newer);

      // Longer than the queue's own timeout: were either still under that, it would come.
      const came = await queue.receive(TIMEOUT_SECONDS + EARLY_BY_SECONDS);
      expect(came.filter(({ Body = '' }) => ['hidden', 'twice'].includes(Body))).toEqual([]);

      await queue.hide(hidden, 0);
      const shown = await queue.takeOne(withBody('hidden'));
      // To change the visibility is no receive: it burns nothing of maxReceiveCount.
      expect(shown.Attributes?.ApproximateReceiveCount).toBe('2');
      await queue.remove(shown);
    });

    test('the longest delay that the consumer asks for is granted, more than twelve hours are not', async () => {
      await queue.send('far');
      const message = await queue.takeOne(withBody('far'));
      await queue.hide(message, MAX_VISIBILITY_SECONDS);
      await expect(queue.hide(message, 12 * 60 * 60 + 1)).rejects.toMatchObject({ $fault: 'client' });
      await queue.remove(message);
    });

    test('a message that was deleted can no longer be hidden', async () => {
      await queue.send('deleted');
      const message = await queue.takeOne(withBody('deleted'));
      await queue.remove(message);
      await expect(queue.hide(message, 30)).rejects.toMatchObject({ $fault: 'client' });
    });
  });
}
