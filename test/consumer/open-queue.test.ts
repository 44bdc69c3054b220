import { expect, test } from '@jest/globals';
import { openQueue } from '../../lambdas/consumer/open-queue.ts';
import { attemptsOfUnanswered } from '../support/unanswered-call.ts';

test('a call that is not answered is given up and made again, three times in all', async () => {
  const attempts = await attemptsOfUnanswered('AWS_ENDPOINT_URL_SQS', (endpoint) =>
    openQueue({ queueUrl: `${endpoint}/q`, deadLetterQueueUrl: `${endpoint}/d` }).hide('receipt', 5),
  );
  expect(attempts.map(({ operation }) => operation)).toEqual(Array(3).fill('ChangeMessageVisibility'));
});
