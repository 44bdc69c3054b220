import { afterAll, beforeAll, describe } from '@jest/globals';
import type { TestEnvironment } from '../support/test-resources.ts';
import { describeQueueDeadLetters } from './queue-dead-letters.ts';
import { describeQueueDelivery } from './queue-delivery.ts';
import { describeQueueRefusals } from './queue-refusals.ts';
import { describeQueueVisibility } from './queue-visibility.ts';

/** What this project relies on from SQS, for any engine that speaks its protocol. */
export function describeQueue(engineName: string, start: () => Promise<TestEnvironment>): void {
  describe(`the queue on ${engineName}`, () => {
    let environment: TestEnvironment;
    beforeAll(async () => {
      environment = await start();
    });
    afterAll(() => environment?.stopAll());

    const given = () => environment;
    describeQueueRefusals(given);
    describeQueueDelivery(given);
    describeQueueVisibility(given);
    describeQueueDeadLetters(given);
  });
}
