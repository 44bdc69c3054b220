import { describe, expect, test } from '@jest/globals';
import { NOTHING_RAN } from '../../lambdas/consumer/attempt-outcome.ts';
import type { HandlersResult } from '../../lambdas/consumer/run-handlers.ts';
import { settleAttempt } from '../../lambdas/consumer/settle-attempt.ts';
import { givenAttempt, LEFT_MS, SKEW_MS } from './noted-attempt.ts';

const failure = (changes: object = {}) => ({
  handler: 'one',
  failedAtMs: 1,
  error: 'E',
  message: 'm',
  retryable: true,
  ...changes,
});
const failed = (...failures: object[]) =>
  ({ ...NOTHING_RAN, failed: failures.map(failure) }) as HandlersResult;
const MARK = { failed_at_ms: 1, attempt: 1, error: 'E', message: 'm' };
const WEEK_MS = 7 * 86_400_000;
/** An hour before its end a message is not put back any more. */
const LAST_MS = WEEK_MS - 3_600_000;
const LETTERED = ['fail for good', 'copy', 'dead-lettered', 'error: event dead-lettered', 'release'];
const LOST = ['warn: ownership lost', 'deferred', 'hide 1'];

describe('all have completed', () => {
  test('the latency counts from when ingest received the event', async () => {
    const { attempt, did, seen } = givenAttempt({ ageMs: 1_234 });
    expect(await settleAttempt(attempt, { ...NOTHING_RAN, completed: { one: 1 } })).toBe('acknowledge');
    expect(did).toEqual(['complete', 'processed']);
    expect(seen).toMatchObject({ latency: 1_234, complete: { completed: { one: 1 }, wasPutBack: false } });
  });

  test('the failures before it stay as they were, and a budget before it is told', async () => {
    const before = { attempt: 1, at_ms: 1, error: 'E', message: 'm', retryable: true };
    const record = { attempts: 1, attempts_total: 4, failures: [before] };
    const { attempt, seen } = givenAttempt({ record, claimed: { predecessorAbandoned: true } });
    await settleAttempt(attempt, NOTHING_RAN);
    expect(seen['complete']).toMatchObject({ failures: [before], wasPutBack: true });
  });

  test('is not told when another attempt has taken the event', async () => {
    const { attempt, did } = givenAttempt({ ownership: 'lost' });
    expect(await settleAttempt(attempt, NOTHING_RAN)).toBe('return');
    expect(did).toEqual(['complete', ...LOST]);
  });
});

describe('one that failed for good before', () => {
  test('ends with a letter when the others have completed', async () => {
    const { attempt, did, seen } = givenAttempt({ record: { handlers: { other: MARK } } });
    expect(await settleAttempt(attempt, { ...NOTHING_RAN, completed: { one: 1 } })).toBe('acknowledge');
    expect(did).toEqual(LETTERED);
    expect(seen['letter']).toMatchObject({ reason: 'permanent', message: 'a handler failed for good' });
  });
});

describe('a failure that may pass', () => {
  test('is recorded with its backoff, and the message hidden as long', async () => {
    const { attempt, clock, did, seen } = givenAttempt({ record: { attempts: 2, attempts_total: 2 } });
    expect(await settleAttempt(attempt, failed({}))).toBe('return');
    expect(did).toEqual(['retry', 'retried', 'hide 10']);
    expect(seen['not before']).toBe(clock.nowMs() + 10_000);
  });

  test('is not told when another attempt has taken the event', async () => {
    const { attempt, did } = givenAttempt({ ownership: 'lost' });
    expect(await settleAttempt(attempt, failed({}))).toBe('return');
    expect(did).toEqual(['retry', ...LOST]);
  });

  test.each([
    ['at the last attempt', { record: { attempts: 3 } }, 'attempts-exhausted', 'all 3 attempts failed'],
    [
      'at the last receive',
      { receives: 50 },
      'receive-limit',
      'the message was received 50 times, as often as the queue allows',
    ],
    [
      'where its retry would come too late',
      { ageMs: LAST_MS - 4_999 },
      'retention',
      'the next retry would come after the message has expired from the queue',
    ],
  ])('makes a letter %s', async (_what, options, reason, message) => {
    const { attempt, did, seen } = givenAttempt(options);
    expect(await settleAttempt(attempt, failed({}))).toBe('acknowledge');
    expect(did).toEqual(LETTERED);
    expect(seen['letter']).toMatchObject({ reason, message, handlers: [{ handler: 'one' }] });
  });

  test.each([
    ['before the last attempt', { record: { attempts: 2 } }],
    ['before the last receive', { receives: 49 }],
    ['while its retry is in time', { ageMs: LAST_MS - 5_000 }],
  ])('makes none %s', async (_what, options) => {
    const { attempt } = givenAttempt(options);
    expect(await settleAttempt(attempt, failed({}))).toBe('return');
  });

  test('beside one for good is retried; all for good are not', async () => {
    const mixed = givenAttempt({});
    expect(await settleAttempt(mixed.attempt, failed({}, { handler: 'two', retryable: false }))).toBe(
      'return',
    );
    const all = givenAttempt({});
    const both = failed({ retryable: false }, { handler: 'two', retryable: false });
    expect(await settleAttempt(all.attempt, both)).toBe('acknowledge');
  });

  test('that asks for a time has it, and what only waits does not shorten it', async () => {
    const asked = givenAttempt({});
    await settleAttempt(asked.attempt, failed({ retryAfterSeconds: 3 }, { retryAfterSeconds: 40 }));
    expect(asked.did).toContain('hide 40');
    const beside = givenAttempt({});
    await settleAttempt(beside.attempt, failed({}, { notYet: true, retryAfterSeconds: 2 }));
    expect(beside.did).toContain('hide 5');
  });

  test('of one that may still run waits for the end of the lease, or for its own time when that is later', async () => {
    const lease = givenAttempt({});
    await settleAttempt(lease.attempt, { ...failed({}), someStillRunning: true });
    expect(lease.did).toContain(`hide ${(LEFT_MS + SKEW_MS) / 1_000}`);
    const later = givenAttempt({});
    await settleAttempt(later.attempt, { ...failed({ retryAfterSeconds: 99 }), someStillRunning: true });
    expect(later.did).toContain('hide 99');
  });
});

describe('one that waits', () => {
  const WAITS = failed({ notYet: true, retryAfterSeconds: 20 });

  test('takes its claim back, keeps what completed, and comes when it said', async () => {
    const { attempt, did, seen } = givenAttempt({});
    expect(await settleAttempt(attempt, { ...WAITS, completed: { two: 9 } })).toBe('return');
    expect(did).toEqual(['record early', 'withdraw', 'deferred', 'hide 20']);
    expect(seen['record early']).toBe('two');
  });

  test.each([
    ['a completion', { two: 9 }, ['record early', ...LOST]],
    ['its claim', {}, ['withdraw', ...LOST]],
  ])('and finds the event taken at %s returns', async (_what, completed, steps) => {
    const { attempt, did } = givenAttempt({ ownership: 'lost' });
    expect(await settleAttempt(attempt, { ...WAITS, completed })).toBe('return');
    expect(did).toEqual(steps);
  });

  test.each<[string, Parameters<typeof givenAttempt>[0], readonly string[]]>([
    [
      'after one that left no record',
      { claimed: { predecessorAbandoned: true } },
      ['retry', 'retried', 'hide 20'],
    ],
    ['on the last receive', { receives: 50 }, LETTERED],
    ['too near to the end of its message', { ageMs: LAST_MS - 19_999 }, LETTERED],
  ])('%s ends as one that failed', async (_what, options, steps) => {
    const { attempt, did } = givenAttempt(options);
    await settleAttempt(attempt, WAITS);
    expect(did).toEqual(steps);
  });

  test('just in time for its message is waited for', async () => {
    const { attempt, did } = givenAttempt({ ageMs: LAST_MS - 20_000 });
    await settleAttempt(attempt, WAITS);
    expect(did).toEqual(['withdraw', 'deferred', 'hide 20']);
  });
});
