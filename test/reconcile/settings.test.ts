import { expect, test } from '@jest/globals';
import { settingsOf } from '../../lambdas/reconcile/settings.ts';

test('seconds become milliseconds, and a percentage a share', () => {
  expect(settingsOf({ RECONCILE_GRACE_SECONDS: '7200', RECONCILE_GONE_PERCENT: '35' })).toEqual({
    graceMs: 7_200_000,
    goneShare: 0.35,
  });
});

test.each([
  [
    { RECONCILE_GRACE_SECONDS: '2h', RECONCILE_GONE_PERCENT: '35' },
    /RECONCILE_GRACE_SECONDS must be a whole/,
  ],
  [{ RECONCILE_GRACE_SECONDS: '7200' }, /RECONCILE_GONE_PERCENT is not set/],
])('%p is refused', (environment, problem) => {
  expect(() => settingsOf(environment)).toThrow(problem);
});
