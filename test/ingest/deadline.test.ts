import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { DeadlineError, withDeadline } from '../../lambdas/ingest/deadline.ts';
import { parseSigningSecret } from '../../lambdas/ingest/signing-secret.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('work that is done in time leaves no timer', async () => {
  expect(await withDeadline(20, ({ race }) => race(Promise.resolve('done')))).toBe('done');
  expect(jest.getTimerCount()).toBe(0);
});

test.each([
  [1_000, 999, false],
  [1_000, 1_000, true],
  [0, 0, true],
  [-1_000, 0, true],
])('with %i ms left, after %i the work and its calls are ended: %j', async (budgetMs, afterMs, isEnded) => {
  let ended = false;
  const late = withDeadline(budgetMs, ({ whenPassed, race }) => {
    whenPassed(() => {
      ended = true;
    });
    return race(new Promise(() => undefined));
  });
  const refused = expect(late).rejects.toMatchObject({ code: 'deadline', retryable: true });
  jest.advanceTimersByTime(afterMs);
  expect(ended).toBe(isEnded);
  jest.runAllTimers();
  await refused;
  await expect(late).rejects.toBeInstanceOf(DeadlineError);
});

test('nobody has to race against the deadline, or to have calls that it ends', async () => {
  let finish = () => {};
  const work = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const working = withDeadline(10, () => work);
  jest.advanceTimersByTime(20);
  finish();
  await expect(working).resolves.toBeUndefined();
});

test('a secret that cannot be used may be mended: it is retryable', () => {
  expect(() => parseSigningSecret('no')).toThrow(expect.objectContaining({ retryable: true }));
});
