import { describe, expect, test } from '@jest/globals';
import { isClientFault, isTransient } from '../../lambdas/runtime/transient-error.ts';

const answered = (name: string, $fault: string) => Object.assign(new Error(name), { name, $fault });

describe('an AWS call that failed', () => {
  test.each([
    'ThrottlingException',
    'Throttling',
    'TooManyRequestsException',
    'RequestLimitExceeded',
    'ProvisionedThroughputExceededException',
    'RequestThrottled',
  ])('%s: nothing of it was applied, and it may succeed later', (name) => {
    const error = answered(name, 'client');
    expect([isClientFault(error), isTransient(error)]).toEqual([true, true]);
  });

  test('a refused request was not applied, and stays refused', () => {
    const error = answered('AccessDeniedException', 'client');
    expect([isClientFault(error), isTransient(error)]).toEqual([true, false]);
  });

  test.each<[string, unknown]>([
    ['the service’s fault', answered('InternalError', 'server')],
    ['the network’s', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['no error at all', undefined],
    ['a text', 'client'],
    ['what only looks like one', { $fault: 'client', name: 'AccessDeniedException' }],
  ])('%s: who knows what was applied; it may succeed later', (_what, error) => {
    expect([isClientFault(error), isTransient(error)]).toEqual([false, true]);
  });
});
