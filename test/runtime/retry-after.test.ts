import { expect, test } from '@jest/globals';
import { retryAfterSeconds } from '../../lambdas/runtime/retry-after.ts';

const NOW_MS = Date.parse('2026-11-29T08:00:00.500Z');

test.each([
  ['120', 120],
  ['0', 0],
  ['999999999', 999_999_999],
  ['Sun, 29 Nov 2026 08:00:30 GMT', 30],
  ['Sun, 29 Nov 2026 08:00:00 GMT', 0],
  ['Sun, 29 Nov 2026 07:00:00 GMT', 0],
  ['Sunday, 29-Nov-26 08:00:30 GMT', 30],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('%p asks for %p s', (header, seconds) => {
  expect(retryAfterSeconds(header, NOW_MS)).toBe(seconds);
});

test.each([
  '9999999999',
  '12s',
  'in 17',
  '-5',
  '1.5',
  '2026-11-29',
  'Sun, 99 Nov 2026 08:00:30 GMT',
  'Sun, 29 Nov 2026 08:00:30 GMT, or later',
  'not before Sun, 29 Nov 2026 08:00:30 GMT',
])('%p is neither seconds nor a date', (header) => {
  expect(retryAfterSeconds(header, NOW_MS)).toBeUndefined();
});
