import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, requireInteger, requireText } from '../../lambdas/runtime/environment.ts';

const NAME = 'MAX_ATTEMPTS';

test.each([undefined, ''])('a variable that is %j is a fault of the deploy, which names it', (value) => {
  const failure = (read: () => unknown) => {
    try {
      return read();
    } catch (error) {
      return error;
    }
  };
  const error = failure(() => requireText({ [NAME]: value }, NAME));
  expect(error).toBeInstanceOf(ConfigurationError);
  // A deploy mends it: the event that met it is tried again.
  expect(error).toMatchObject({ code: 'configuration', retryable: true });
  expect(String(error)).toContain(NAME);
  expect(failure(() => requireInteger({ [NAME]: value }, NAME))).toEqual(error);
});

describe('a whole number', () => {
  test.each([
    ['0', 0, 0],
    ['12', 0, 12],
    ['12', 12, 12],
    ['999999999999999', 1, 999_999_999_999_999],
  ])('%s, at least %i', (text, minimum, value) => {
    expect(requireInteger({ [NAME]: text }, NAME, minimum)).toBe(value);
  });

  test.each([
    ['11', 12],
    ['-1', 0],
    ['1.5', 0],
    ['1e3', 0],
    [' 1', 0],
    ['1 ', 0],
    ['x1', 0],
    ['1x', 0],
    ['1000000000000000', 0],
  ])('is not %j, at least %i', (text, minimum) => {
    expect(() => requireInteger({ [NAME]: text }, NAME, minimum)).toThrow(
      `${NAME} must be a whole number of at least ${minimum}`,
    );
  });
});
