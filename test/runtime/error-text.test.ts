import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { chainCode, chainMessage, errorChain, errorText, isError } from '../../lambdas/runtime/error-text.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
const failed = new TypeError('fetch failed', { cause: refused });
const nested = (depth: number): Error =>
  new Error(`level ${depth}`, depth === 1 ? {} : { cause: nested(depth - 1) });

test('an error of another realm is one, and what was made without `new`; what looks like one is not', () => {
  expect(isError(runInNewContext('new RangeError("far")'))).toBe(true);
  expect(isError(Object.create(Error.prototype))).toBe(true);
  expect(isError({ name: 'Error', message: 'near' })).toBe(false);
});

describe('the messages of a chain', () => {
  test.each<[string, unknown, string]>([
    ['an error and its cause', failed, 'fetch failed: connect ECONNREFUSED 127.0.0.1:9'],
    [
      'an error that repeats its cause',
      new Error(`no: ${refused.message}`, { cause: refused }),
      `no: ${refused.message}`,
    ],
    ['an error without a message', new Error('', { cause: refused }), refused.message],
    ['a cause without a message', new Error('alone', { cause: new Error('') }), 'alone'],
    [
      'several errors and their cause',
      new AggregateError([refused, new Error(''), 'text'], 'all failed', { cause: new Error('why') }),
      `all failed: ${refused.message}, text: why`,
    ],
    ['`errors` that is no list', Object.assign(new Error('one'), { errors: 'two' }), 'one'],
    ['a cause that is text', new Error('outer', { cause: 'inner' }), 'outer: inner'],
    [
      'a cause that is an object, which may hold anything',
      new Error('outer', { cause: { key: 'k' } }),
      'outer',
    ],
    ['text', 'thrown', 'thrown'],
    ['nothing', undefined, 'undefined'],
    ['an object', { key: 'k' }, '[object Object]'],
    [
      'more levels than are told',
      nested(9),
      [9, 8, 7, 6, 5, 4, 3, 2].map((level) => `level ${level}`).join(': '),
    ],
    [
      'more errors than are told',
      new AggregateError(
        Array.from({ length: 9 }, (_, index) => new Error(`e${index}`)),
        'all',
      ),
      'all: e0, e1, e2, e3, e4, e5, e6',
    ],
  ])('%s', (_what, thrown, message) => {
    expect(chainMessage(thrown)).toBe(message);
  });

  test('an error that is its own cause is told once', () => {
    const error = new Error('round');
    error.cause = new Error('and', { cause: error });
    expect(chainMessage(error)).toBe('round: and');
    expect(errorChain(error)).toEqual([error, error.cause]);
  });
});

test('a log gets the name as well, where there is one', () => {
  expect(errorText(failed)).toBe('TypeError: fetch failed: connect ECONNREFUSED 127.0.0.1:9');
  expect(errorText('thrown')).toBe('thrown');
});

test.each<[string, unknown, string | undefined]>([
  ['of the error', refused, 'ECONNREFUSED'],
  ['of the cause', failed, 'ECONNREFUSED'],
  ['the first that is text', Object.assign(new Error('x', { cause: refused }), { code: 42 }), 'ECONNREFUSED'],
  ['the outer one', Object.assign(new Error('x', { cause: refused }), { code: 'OUTER' }), 'OUTER'],
  ['none', new Error('x', { cause: { code: 'NOT_AN_ERROR' } }), undefined],
  ['none of text', 'x', undefined],
])('the code: %s', (_what, thrown, code) => {
  expect(chainCode(thrown)).toBe(code);
});
