import { expect, test } from '@jest/globals';
import { MAX_BODY_BYTES, MAX_FAILURE_BYTES } from '../../lambdas/contract/message.ts';
import { serviceName } from '../../lambdas/contract/metrics.ts';
import { deploymentsOf, OUTPUT_MARKER, outputMarker, sourceOutput } from '../../lambdas/contract/outputs.ts';
import { needsSomebody, type StopReason } from '../../lambdas/contract/reconcile.ts';
import { isReconciled } from '../../lambdas/contract/reconciled-id.ts';
import {
  DEAD_LETTER_RETENTION_SECONDS,
  DEFAULT_BACKOFF_CAP_SECONDS,
  MAX_VISIBILITY_SECONDS,
  QUEUE_RETENTION_SECONDS,
  RETENTION_MARGIN_SECONDS,
} from '../../lambdas/contract/timing.ts';

test('what waits longest in a queue, hidden or dead-lettered, waits for as long as the documents say', () => {
  expect({
    queueDays: QUEUE_RETENTION_SECONDS / 86_400,
    deadLetterDays: DEAD_LETTER_RETENTION_SECONDS / 86_400,
    marginHours: RETENTION_MARGIN_SECONDS / 3_600,
    hiddenHours: MAX_VISIBILITY_SECONDS / 3_600,
    backoffMinutes: DEFAULT_BACKOFF_CAP_SECONDS / 60,
  }).toEqual({ queueDays: 7, deadLetterDays: 14, marginHours: 1, hiddenHours: 11, backoffMinutes: 15 });
});

test('a body leaves room for a message’s attributes', () => {
  expect([MAX_BODY_BYTES, MAX_FAILURE_BYTES]).toEqual([1_048_576 - 16_384, 4_096]);
});

test('the output of a source’s secret is named after it', () => {
  expect(sourceOutput('openai')).toBe('SigningSecretName.openai');
});

test('a marker ends a description, and tells whose output it is', () => {
  const marker = outputMarker('Stack/Webhooks', 'SigningSecretName.open-ai');
  expect(OUTPUT_MARKER.exec(`Where it is ${marker}`)?.slice(1)).toEqual([
    'Stack/Webhooks',
    'SigningSecretName.open-ai',
  ]);
  expect(OUTPUT_MARKER.test(`${marker} and more`)).toBe(false);
});

test.each([undefined, null, {}, { Metadata: {} }])('a template without deployments: %j', (template) => {
  expect(deploymentsOf(template)).toEqual({});
});

test.each<[StopReason, boolean]>([
  ['rate-limited', false],
  ['calls-used-up', false],
  ['time-is-up', false],
  ['another-run', false],
  ['too-many-gone', true],
  ['key-refused', true],
  ['supaglue-fails', true],
  ['another-application', true],
  ['customers-unreadable', true],
])('reconciling that stops for %s needs somebody: %s', (reason, needs) => {
  expect(needsSomebody(reason)).toBe(needs);
});

test('an event that reconciling has made is told by how its id begins', () => {
  expect(['reconciled_1', 'msg_reconciled_', 'msg_1'].map(isReconciled)).toEqual([true, false, false]);
});

test('a service is named with its stage', () => {
  expect(serviceName('ingest', 'prod')).toBe('ingest-prod');
});
