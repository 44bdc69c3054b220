import { beforeAll, expect, test } from '@jest/globals';
import { adjustModel } from '../../local/assembly/adjust-model.ts';
import { buildModel } from '../../local/assembly/build-model.ts';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import type { StackModel } from '../../local/assembly/stack-model.ts';
import { findParts } from '../../local/assembly/stack-parts.ts';
import { assembly } from '../support/assembly.ts';

let model: StackModel;
beforeAll(async () => {
  model = buildModel(await readAssembly(await assembly()), 'http://127.0.0.1:1');
});

test('nothing is changed that nobody asked for', () => {
  expect(adjustModel(model, {})).toEqual(model);
});

test('the size of batches is taken over', () => {
  const adjusted = adjustModel(model, { batchSize: 1 });
  expect(adjusted.eventSources).toEqual(model.eventSources.map((source) => ({ ...source, batchSize: 1 })));
  expect({ ...adjusted, eventSources: [] }).toEqual({ ...model, eventSources: [] });
});

test('without time limits the consumer may stand still for hours, and its message stays hidden for longer', () => {
  const { consumer, ingest, queue, deadLetterQueue } = findParts(
    adjustModel(model, { withoutTimeLimits: true }),
  );
  const before = findParts(model);
  expect(consumer.timeoutSeconds).toBeGreaterThanOrEqual(10 * 60 * 60);
  // One hour for the copy to the dead-letter queue and its like; SQS hides a message for no longer than 12 h.
  expect(Number(queue.attributes['VisibilityTimeout'])).toBeGreaterThanOrEqual(
    consumer.timeoutSeconds + 3_600,
  );
  expect(Number(queue.attributes['VisibilityTimeout'])).toBeLessThanOrEqual(12 * 60 * 60);
  expect(ingest).toEqual(before.ingest);
  expect(deadLetterQueue).toEqual(before.deadLetterQueue);
});
