import process from 'node:process';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, test } from '@jest/globals';
import { createEmfMetrics } from '../../lambdas/consumer/emf-metrics.ts';

/** The lines that Powertools writes to the log while `act` runs. */
function linesOf(act: () => void): Record<string, unknown>[] {
  const { write } = process.stdout;
  const written: string[] = [];
  process.stdout.write = (text) => written.push(String(text)) > 0;
  try {
    act();
  } finally {
    process.stdout.write = write;
  }
  return written
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const dimensions = (names: readonly string[]) => ({ _aws: { CloudWatchMetrics: [{ Dimensions: [names] }] } });

test('a dead letter’s reason is the dimension of its own line, and of no other metric of the batch', () => {
  const metrics = new Metrics({ namespace: 'SupaglueWebhooks', serviceName: 'consumer-test' });
  const counting = createEmfMetrics(metrics);
  const [letter, batch, ...others] = linesOf(() => {
    counting.processed(120);
    counting.deadLettered('permanent');
    counting.processed(40);
    counting.duplicate();
    metrics.publishStoredMetrics();
  });
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ reason: 'permanent', service: 'consumer-test', EventsDeadLettered: 1 });
  expect(letter).toMatchObject(dimensions(['service', 'reason']));
  expect(batch).toMatchObject({ EventsProcessed: [1, 1], EventsDuplicate: 1, EventLatency: [120, 40] });
  expect(batch).not.toHaveProperty('reason');
  expect(batch).toMatchObject(dimensions(['service']));
});

test('a latency is never below nothing, when ingest’s clock was ahead', () => {
  const metrics = new Metrics({ namespace: 'SupaglueWebhooks', serviceName: 'consumer-test' });
  const [line] = linesOf(() => {
    createEmfMetrics(metrics).processed(-30);
    metrics.publishStoredMetrics();
  });
  expect(line).toMatchObject({ EventsProcessed: 1, EventLatency: 0 });
});
