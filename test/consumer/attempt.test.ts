import { describe, expect, test } from '@jest/globals';
import { runAttempt } from '../../lambdas/consumer/attempt.ts';
import type { Attempt } from '../../lambdas/consumer/attempt-context.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import type { ValidationResult } from '../../lambdas/router/handler.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const LEFT_MS = 30_000;
/** Handlers have all but this of the function's time. */
const MARGIN_MS = 5_000;
const SKEW_MS = 5_000;

interface Case {
  readonly record?: Partial<LedgerRecord>;
  readonly claimed?: object;
  readonly alone?: boolean;
  readonly ownership?: 'written' | 'lost';
  readonly hasBody?: boolean;
  readonly validate?: () => ValidationResult | Promise<ValidationResult>;
  readonly handle?: (context: {
    note(text: string): void;
    logger: unknown;
    signal: AbortSignal;
  }) => Promise<void> | void;
  /** Moves the clock while the neighbours are waited for. */
  readonly neighboursMs?: number;
}

/** One attempt whose every edge only notes what it was asked. */
function given(options: Case) {
  const { ownership = 'written', hasBody = true, neighboursMs = 0, alone = false } = options;
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const did: string[] = [];
  const seen: Record<string, unknown> = {};
  const write = (name: string) => async (_: unknown, outcome: unknown) => {
    did.push(name);
    seen[name] = outcome;
    return ownership;
  };
  const say = (level: string) => (message: string, keys: object) => {
    did.push(`${level}: ${message}`);
    seen[message] = keys;
  };
  const handler = {
    name: 'one',
    async handle(context: never) {
      did.push('run');
      await options.handle?.(context);
    },
  };
  const attempt = {
    invocation: {
      deadlineMs: startMs + LEFT_MS,
      company: {
        async turnAlone() {
          did.push('turn');
          clock.advance(neighboursMs);
        },
      },
    },
    message: {
      facts: { eventType: 'a.b', receivedAtMs: startMs, sentAtMs: startMs },
      record: {
        receiptHandle: 'r',
        attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(startMs) },
        messageAttributes: {},
      },
      ...(hasBody ? { payload: { value: {} } } : {}),
    },
    claimed: {
      claim: { eventId: 'msg_1', alone, leaseExpiresAtMs: startMs + LEFT_MS + SKEW_MS },
      record: { attempts: 1, attempts_total: 1, handlers: {}, failures: [], ...options.record },
      predecessorAbandoned: false,
      ...options.claimed,
    },
    dependencies: {
      clock,
      random: () => 0,
      policy: {
        maxAttempts: 3,
        maxReceiveCount: 50,
        backoffBaseMs: 10_000,
        backoffCapMs: 900_000,
        queueRetentionMs: 7 * 86_400_000,
      },
      routes: {
        validate: options.validate ?? (() => ({ ok: true, event: {} })),
        handlersFor: () => [handler],
      },
      ledger: {
        read: async () => ({ status: 'IN_PROGRESS', lease_expires_at_ms: clock.nowMs() + 1_000 }),
        spendAttempt: write('spend'),
        complete: write('complete'),
        failRetryable: write('retry'),
        failForGood: write('fail for good'),
        releaseDeadLetter: write('release'),
        withdrawClaim: write('withdraw'),
        recordCompletion: write('record early'),
      },
      queue: {
        hide: async (_: string, seconds: number) => did.push(`hide ${seconds}`),
        copyToDeadLetters: async (_: unknown, failure: string) => {
          did.push('copy');
          seen['letter'] = JSON.parse(failure);
        },
      },
      metrics: {
        attemptAbandoned: () => did.push('abandoned'),
        processed: () => did.push('processed'),
        deferred: () => did.push('deferred'),
        retried: () => did.push('retried'),
        deadLettered: () => did.push('dead-lettered'),
      },
      logger: {
        info: say('info'),
        warn: say('warn'),
        error: say('error'),
      },
    },
  } as unknown as Attempt;
  return { attempt, clock, did, seen };
}

const LETTERED = ['fail for good', 'copy', 'dead-lettered', 'error: event dead-lettered', 'release'];

describe('an attempt after one that left no record', () => {
  const claimed = { predecessorAbandoned: true };

  test('is counted when the neighbours are settled, and runs then', async () => {
    const { attempt, did } = given({ claimed });
    expect(await runAttempt(attempt)).toBe('acknowledge');
    expect(did).toEqual(['abandoned', 'turn', 'spend', 'run', 'complete', 'processed']);
  });

  test('runs nothing when another one has taken the event while it waited', async () => {
    const { attempt, did } = given({ claimed, ownership: 'lost' });
    expect(await runAttempt(attempt)).toBe('return');
    expect(did).toEqual(['abandoned', 'turn', 'spend', 'warn: ownership lost', 'deferred', 'hide 1']);
  });

  test('runs at once when it is alone: it is counted already', async () => {
    const { attempt, did } = given({ claimed, alone: true });
    await runAttempt(attempt);
    expect(did).toEqual(['abandoned', 'run', 'complete', 'processed']);
  });

  test.each([
    [LEFT_MS - MARGIN_MS - 1, 'runs', ['abandoned', 'turn', 'spend', 'run', 'complete', 'processed']],
    [LEFT_MS - MARGIN_MS, 'is not counted', ['abandoned', 'turn']],
  ])('whose neighbours took %i ms %s', async (neighboursMs, what, steps) => {
    const { attempt, did } = given({ claimed, neighboursMs });
    const running = runAttempt(attempt);
    if (what === 'runs') expect(await running).toBe('acknowledge');
    else await expect(running).rejects.toThrow('no time was left');
    expect(did).toEqual(steps);
  });
});

test('an attempt after one that ended well waits for nobody', async () => {
  const { attempt, did } = given({});
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
    const { attempt, did, seen } = given(options);
    expect(await runAttempt(attempt)).toBe('acknowledge');
    expect(did.filter((step) => step !== 'abandoned')).toEqual(LETTERED);
    expect(seen['letter']).toMatchObject(letter);
  });

  test('the refusal itself is the recorded failure', async () => {
    const { attempt, clock, seen } = given({ hasBody: false });
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
    const { attempt, did } = given({ record: { attempts: 3 } });
    await runAttempt(attempt);
    expect(did).toContain('run');
  });
});

describe('a schema', () => {
  test('that throws is retried, under no handler’s name', async () => {
    const { attempt, clock, did, seen } = given({
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
    const inTime = given({ validate });
    const running = runAttempt(inTime.attempt);
    inTime.clock.advance(LEFT_MS - MARGIN_MS - 1);
    settle({ ok: true, event: {} });
    expect(await running).toBe('acknowledge');

    const late = given({ validate });
    const giving = runAttempt(late.attempt);
    late.clock.advance(LEFT_MS - MARGIN_MS);
    expect(await giving).toBe('return');
    const [failure] = (late.seen['retry'] as { failures: object[] }).failures;
    expect(failure).toMatchObject({ error: 'HandlerTimeoutError', code: 'timeout', retryable: true });
  });
});

describe('of the handlers', () => {
  test('those that completed or failed for good are not run again', async () => {
    const done = given({ record: { handlers: { one: 5 } } });
    await runAttempt(done.attempt);
    expect(done.did).toEqual(['complete', 'processed']);
    const mark = { failed_at_ms: 1, attempt: 1, error: 'E', message: 'm' };
    const failed = given({ record: { handlers: { one: mark } } });
    await runAttempt(failed.attempt);
    expect(failed.did).toEqual(LETTERED);
  });

  test('a failure is logged with what is known of it, and what waits with its wait', async () => {
    const failing = given({
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
    const { NotYetError } = await import('../../lambdas/router/index.ts');
    const waiting = given({
      handle: () => {
        throw new NotYetError(7, 'soon');
      },
    });
    await runAttempt(waiting.attempt);
    expect(waiting.did).toEqual(['run', 'info: handler comes back', 'withdraw', 'deferred', 'hide 7']);
    expect(waiting.seen['handler comes back']).toMatchObject({ reason: 'soon', seconds: 7 });
  });

  test('one that does not heed its signal has a second more', async () => {
    const { attempt, clock, did, seen } = given({ handle: () => new Promise(() => {}) });
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

  test('a note of 500 characters is kept', async () => {
    const { attempt, seen } = given({ handle: ({ note }) => note('n'.repeat(501)) });
    await runAttempt(attempt);
    const { notes } = seen['complete'] as { notes: Record<string, string> };
    expect(notes['one']).toHaveLength(500);
  });
});
