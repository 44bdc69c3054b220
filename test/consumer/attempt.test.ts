import { describe, expect, test } from '@jest/globals';
import { runAttempt } from '../../lambdas/consumer/attempt.ts';
import type { ValidationResult } from '../../lambdas/router/handler.ts';
import { NotYetError } from '../../lambdas/router/index.ts';
import { type Case, givenAttempt, LEFT_MS, MARGIN_MS, SKEW_MS } from './noted-attempt.ts';

const LETTERED = ['fail for good', 'copy', 'dead-lettered', 'error: event dead-lettered', 'release'];

describe('an attempt after one that left no record', () => {
  const claimed = { predecessorAbandoned: true };

  test('is counted when the neighbours are settled, and runs then', async () => {
    const { attempt, did } = givenAttempt({ claimed });
    expect(await runAttempt(attempt)).toBe('acknowledge');
    expect(did).toEqual(['abandoned', 'turn', 'spend 1', 'run', 'complete', 'processed']);
  });

  test('runs nothing when another one has taken the event while it waited', async () => {
    const { attempt, did } = givenAttempt({ claimed, ownership: 'lost' });
    expect(await runAttempt(attempt)).toBe('return');
    expect(did).toEqual(['abandoned', 'turn', 'spend 1', 'warn: ownership lost', 'deferred', 'hide 1']);
  });

  test('runs at once when it is alone: it is counted already', async () => {
    const { attempt, did } = givenAttempt({ claimed, alone: true });
    await runAttempt(attempt);
    expect(did).toEqual(['abandoned', 'run', 'complete', 'processed']);
  });

  test.each([
    [LEFT_MS - MARGIN_MS - 1, 'runs', ['abandoned', 'turn', 'spend 1', 'run', 'complete', 'processed']],
    [LEFT_MS - MARGIN_MS, 'is not counted', ['abandoned', 'turn']],
  ])('whose neighbours took %i ms %s', async (neighboursMs, what, steps) => {
    const { attempt, did } = givenAttempt({ claimed, neighboursMs });
    const running = runAttempt(attempt);
    if (what === 'runs') expect(await running).toBe('acknowledge');
    else await expect(running).rejects.toMatchObject({ code: 'time-is-up', retryable: true });
    expect(did).toEqual(steps);
  });

  test.each([
    [LEFT_MS - MARGIN_MS - 1, 'runs', ['spend 1', 'run', 'complete', 'processed']],
    [LEFT_MS - MARGIN_MS, 'is not counted after all', ['spend 1', 'give back']],
  ])('whose count took %i ms %s', async (spendMs, what, steps) => {
    const { attempt, did } = givenAttempt({ claimed, spendMs });
    const running = runAttempt(attempt);
    if (what === 'runs') expect(await running).toBe('acknowledge');
    else await expect(running).rejects.toMatchObject({ code: 'time-is-up', retryable: true });
    expect(did).toEqual(['abandoned', 'turn', ...steps]);
  });

  test('whose count took the time and another’s claim came meanwhile changes nothing', async () => {
    const { attempt, did } = givenAttempt({ claimed, ownership: 'lost', spendMs: LEFT_MS - MARGIN_MS });
    expect(await runAttempt(attempt)).toBe('return');
    expect(did.slice(0, 3)).toEqual(['abandoned', 'turn', 'spend 1']);
    expect(did).not.toContain('give back');
  });
});

test('an attempt after one that ended well waits for nobody', async () => {
  const { attempt, did } = givenAttempt({});
  await runAttempt(attempt);
  expect(did).toEqual(['run', 'complete', 'processed']);
});

describe('nothing is run', () => {
  test.each<[string, Case, object]>([
    [
      'of a body that is not JSON',
      { hasBody: false },
      { reason: 'invalid-json', message: 'the body is not JSON', handlers: [] },
    ],
    [
      'of a body that its schema refuses',
      { validate: () => ({ ok: false, issues: ['one', 'two'] }) },
      { reason: 'invalid-payload', message: 'the body does not match the schema of a.b: one; two' },
    ],
    [
      'when an earlier attempt decided so',
      {
        claimed: { unfinishedDeadLetter: 'permanent' },
        record: {
          failures: [{ attempt: 1, at_ms: 1, error: 'E', message: 'the last word', retryable: false }],
        },
      },
      { reason: 'permanent', message: 'the last word' },
    ],
    [
      'when an earlier attempt decided so and left no failure',
      { claimed: { unfinishedDeadLetter: 'permanent' } },
      { reason: 'permanent', message: 'an earlier attempt decided this' },
    ],
    [
      'above the budget',
      { record: { attempts: 4 } },
      { reason: 'attempts-exhausted', message: 'the budget of attempts is spent' },
    ],
    [
      'above the budget, when the last attempt left no record',
      { record: { attempts: 4 }, claimed: { predecessorAbandoned: true } },
      { reason: 'abandoned', message: 'the last attempt of the budget ended without a record' },
    ],
  ])('%s: a letter says why', async (_what, options, letter) => {
    const { attempt, did, seen } = givenAttempt(options);
    expect(await runAttempt(attempt)).toBe('acknowledge');
    expect(did.filter((step) => step !== 'abandoned')).toEqual(LETTERED);
    expect(seen['letter']).toMatchObject(letter);
  });

  test('the refusal itself is the recorded failure', async () => {
    const { attempt, clock, seen } = givenAttempt({ hasBody: false });
    await runAttempt(attempt);
    expect(seen['fail for good']).toMatchObject({
      failures: [
        {
          attempt: 1,
          at_ms: clock.nowMs(),
          error: 'EventRefused',
          message: 'the body is not JSON',
          code: 'invalid-json',
          retryable: false,
        },
      ],
    });
  });

  test('the last attempt of the budget is run', async () => {
    const { attempt, did } = givenAttempt({ record: { attempts: 3 } });
    await runAttempt(attempt);
    expect(did).toContain('run');
  });
});

describe('a schema', () => {
  test('that throws is retried, under no handler’s name', async () => {
    const { attempt, clock, did, seen } = givenAttempt({
      validate: () => {
        throw Object.assign(new Error('mine'), { retryable: false });
      },
    });
    expect(await runAttempt(attempt)).toBe('return');
    expect(did).toEqual(['retry', 'retried', 'hide 5']);
    const [failure] = (seen['retry'] as { failures: object[] }).failures;
    expect(failure).toMatchObject({ handler: '-', at_ms: clock.nowMs(), message: 'mine', retryable: true });
  });

  test('has the handlers’ time, to the millisecond, and no timer is left of it', async () => {
    let settle = (_: ValidationResult) => {};
    const validate = () =>
      new Promise<ValidationResult>((resolve) => {
        settle = resolve;
      });
    const inTime = givenAttempt({ validate });
    let timers = 0;
    const { after } = inTime.clock;
    inTime.clock.after = (ms, callback) => {
      timers += 1;
      const forget = after.call(inTime.clock, ms, callback);
      return () => {
        timers -= 1;
        forget();
      };
    };
    const running = runAttempt(inTime.attempt);
    inTime.clock.advance(LEFT_MS - MARGIN_MS - 1);
    settle({ ok: true, event: {} });
    expect(await running).toBe('acknowledge');
    expect(timers).toBe(0);

    const late = givenAttempt({ validate });
    const giving = runAttempt(late.attempt);
    late.clock.advance(LEFT_MS - MARGIN_MS);
    expect(await giving).toBe('return');
    const [failure] = (late.seen['retry'] as { failures: object[] }).failures;
    expect(failure).toMatchObject({ error: 'HandlerTimeoutError', code: 'timeout', retryable: true });
  });
});

describe('of the handlers', () => {
  test('those that completed or failed for good are not run again', async () => {
    const done = givenAttempt({ record: { handlers: { one: 5 } } });
    await runAttempt(done.attempt);
    expect(done.did).toEqual(['complete', 'processed']);
    const mark = { failed_at_ms: 1, attempt: 1, error: 'E', message: 'm' };
    const failed = givenAttempt({ record: { handlers: { one: mark } } });
    await runAttempt(failed.attempt);
    expect(failed.did).toEqual(LETTERED);
  });

  test('a failure is logged with what is known of it, and what waits with its wait', async () => {
    const failing = givenAttempt({
      handle: () => {
        throw new Error('mine');
      },
    });
    await runAttempt(failing.attempt);
    expect(failing.seen['handler failed']).toMatchObject({
      event_id: 'msg_1',
      handler: 'one',
      event_type: 'a.b',
      attempt: 1,
      reason: 'mine',
      error: 'Error',
      retryable: true,
    });
    expect(failing.seen['handler failed']).not.toHaveProperty('failedAtMs');
    const waiting = givenAttempt({
      handle: () => {
        throw new NotYetError(7, 'soon');
      },
    });
    await runAttempt(waiting.attempt);
    expect(waiting.did).toEqual(['run', 'info: handler comes back', 'withdraw', 'deferred', 'hide 7']);
    expect(waiting.seen['handler comes back']).toMatchObject({ reason: 'soon', seconds: 7 });
  });

  test('one that does not heed its signal has a second more', async () => {
    const { attempt, clock, did, seen } = givenAttempt({ handle: () => new Promise(() => {}) });
    const running = runAttempt(attempt);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(LEFT_MS - MARGIN_MS);
    await new Promise((resolve) => setImmediate(resolve));
    expect(did).toEqual(['run']);
    clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(did).toEqual(['run']);
    clock.advance(1);
    expect(await running).toBe('return');
    // Hidden until the lease has ended.
    expect(did).toContain(`hide ${(MARGIN_MS + SKEW_MS - 1_000) / 1_000}`);
    expect(seen['handler failed']).toMatchObject({ code: 'timeout' });
  });

  test('one that completes after its time is recorded, and what that costs is no more than a line', async () => {
    let finish = () => {};
    const { attempt, clock, did, seen } = givenAttempt({
      handle: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
      earlyRecord: new Error('no answer'),
    });
    const running = runAttempt(attempt);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    clock.advance(LEFT_MS - MARGIN_MS);
    await turn();
    clock.advance(1_000);
    await running;
    finish();
    await turn();
    expect(did.slice(-2)).toEqual(['record early', 'warn: early record failed']);
    expect(seen['early record failed']).toMatchObject({ cause: expect.stringContaining('no answer') });
  });

  test('a note of 500 characters is kept', async () => {
    const { attempt, seen } = givenAttempt({ handle: ({ note }) => note('n'.repeat(501)) });
    await runAttempt(attempt);
    const { notes } = seen['complete'] as { notes: Record<string, string> };
    expect(notes['one']).toHaveLength(500);
  });
});
