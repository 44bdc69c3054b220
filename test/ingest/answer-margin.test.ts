import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { httpEvent, lambdaContext, signedHeaders, testHandler } from './fixtures.ts';

const REMAINING_MS = 1_200;

test('the answer is there before Lambda ends the function, however long a call of AWS takes', async () => {
  const { handle, outcomes } = testHandler({ enqueue: () => new Promise(() => undefined) });
  const event = httpEvent({ headers: signedHeaders() });
  const ended = new AbortController();
  const answer = await Promise.race([
    handle(event, lambdaContext(REMAINING_MS)),
    delay(REMAINING_MS, 'ended by Lambda', { signal: ended.signal }),
  ]);
  ended.abort();
  expect(answer).toMatchObject({ statusCode: 503 });
  expect(outcomes).toMatchObject([{ code: 'unavailable', reason: 'queue-failing' }]);
});
