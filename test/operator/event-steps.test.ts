import { describe, expect, test } from '@jest/globals';
import { isDeadLettered, stepsBetween } from '../../operator/core/event-steps.ts';
import { failure, RECEIVED_AT_MS, record } from './records.ts';

const running = record({});
const retrying = record({
  status: 'FAILED',
  failures: [failure],
  failure_bucket: 'RETRYING#1',
  not_before_ms: RECEIVED_AT_MS + 5_000,
});
const secondAttempt = record({ ...retrying, status: 'IN_PROGRESS', attempts: 2, attempts_total: 2 });
const completed = record({
  ...secondAttempt,
  status: 'COMPLETED',
  handlers: { backfill: RECEIVED_AT_MS + 6_000 },
  completed_at_ms: RECEIVED_AT_MS + 6_000,
});
const copying = record({ ...retrying, dead_letter_reason: 'permanent', failure_bucket: 'DEAD#1' });
const dead = record({ ...copying, attempts: 0 });

const names = (...args: Parameters<typeof stepsBetween>) => stepsBetween(...args).map(({ step }) => step);

describe('steps between two looks at a record', () => {
  test('one look after the other', () => {
    expect(names(undefined, running)).toEqual(['attempt-running']);
    expect(names(running, running)).toEqual([]);
    expect(names(running, retrying)).toEqual(['attempt-failed', 'retry-scheduled']);
    expect(names(retrying, retrying)).toEqual([]);
    expect(names(retrying, secondAttempt)).toEqual(['attempt-running']);
    expect(names(secondAttempt, completed)).toEqual(['handler-completed', 'completed']);
  });

  test('a late look tells all that happened', () => {
    expect(names(undefined, completed)).toEqual(['attempt-failed', 'handler-completed', 'completed']);
  });

  test('a failure carries its handler and error, never its stack', () => {
    const [step] = stepsBetween(undefined, retrying);
    const { stack: _, ...expected } = failure;
    expect(step).toEqual({ step: 'attempt-failed', ...expected });
  });

  test('a dead letter counts once its copy is confirmed, and once', () => {
    expect(isDeadLettered(copying)).toBe(false);
    expect(names(running, copying)).toEqual(['attempt-failed']);
    expect(names(copying, dead)).toEqual(['dead-lettered']);
    expect(names(running, dead)).toEqual(['attempt-failed', 'dead-lettered']);
    expect(names(dead, dead)).toEqual([]);
  });
});
