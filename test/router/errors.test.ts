import { describe, expect, test } from '@jest/globals';
import { NonRetryableError, NotYetError, RetryAfterError } from '../../lambdas/router/index.ts';

const cause = new Error('why');

test('a failure for good has a code, and the cause that it was given', () => {
  const plain = new NonRetryableError('gone');
  expect(plain).toMatchObject({ name: 'NonRetryableError', code: 'non-retryable', retryable: false });
  expect('cause' in plain).toBe(false);
  expect(new NonRetryableError('gone', { code: 'no-such-row', cause })).toMatchObject({
    message: 'gone',
    code: 'no-such-row',
    cause,
  });
});

test('an error that asks for time says how much of it', () => {
  expect(new NotYetError(7)).toMatchObject({
    name: 'NotYetError',
    code: 'not-yet',
    retryable: true,
    seconds: 7,
    message: 'not yet: again in 7 s',
  });
  expect(new RetryAfterError(7)).toMatchObject({
    name: 'RetryAfterError',
    code: 'retry-after',
    retryable: true,
    seconds: 7,
    message: 'retry after 7 s',
  });
  expect(new RetryAfterError(7, 'slow down', { cause })).toMatchObject({ message: 'slow down', cause });
});

describe.each([
  ['NotYetError', NotYetError],
  ['RetryAfterError', RetryAfterError],
])('the seconds of a %s', (name, Wait) => {
  test.each([0, 0.5, 39_600])('may be %d', (seconds) => {
    expect(new Wait(seconds).seconds).toBe(seconds);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5' as never, undefined as never])(
    'are not %p',
    (seconds) => {
      expect(() => new Wait(seconds)).toThrow(
        new RangeError(`${name} takes a finite number of seconds of at least 0, not ${seconds}`),
      );
    },
  );
});
