import { expect, test } from '@jest/globals';
import { addAlerts, EventRouter } from 'supaglue-webhooks-aws/handlers';
import { exploreCrashes, sample, testPipeline } from 'supaglue-webhooks-aws/testing';

// Put your own handlers in its place: `new EventRouter().on('sync.complete', 'name', handler)`.
const router = addAlerts(new EventRouter(), {});

test('a finished sync is completed', async () => {
  const pipeline = testPipeline(router);
  const eventId = await pipeline.deliver(sample('sync.complete'));
  expect(pipeline.outcome(eventId).status).toBe('COMPLETED');
});

test('a crash at any place does nothing twice', async () => {
  expect((await exploreCrashes(router, sample('sync.complete'))).findings).toEqual([]);
});
