import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clean, reportError } from '../../lambdas/consumer/error-report.ts';
import { encodeFailure } from '../../lambdas/consumer/failure-attribute.ts';
import type { Failure } from '../../lambdas/contract/failure.ts';
import { MAX_FAILURE_BYTES } from '../../lambdas/contract/message.ts';
import { NonRetryableError, RetryAfterError } from '../../lambdas/router/index.ts';
import { ConfigurationError } from '../../lambdas/runtime/environment.ts';
import { anyText } from '../support/any-text.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what SQS refuses
const REFUSED_BY_SQS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Of a server that was there a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('what is kept of a thrown value', () => {
  test('an error: name, message, code, the first frames of user code', () => {
    const error = Object.assign(new TypeError('no\nsuch\u0000thing'), { code: 'E_GONE' });
    expect(reportError(error)).toEqual({
      error: 'TypeError',
      message: 'no such thing',
      code: 'E_GONE',
      retryable: true,
      stack: expect.stringMatching(/^at .*reports\.test/),
    });
  });

  test("the handler's frame is kept below the layers of a dependency", () => {
    const layers = Array.from(
      { length: 8 },
      (_, layer) => `    at async l${layer} (/code/node_modules/sdk/i.js:${layer}:1)`,
    );
    const error = new Error('x');
    error.stack = ['Error: x', ...layers, '    at async notify (/app/handlers.ts:6:11)'].join('\n');
    expect(reportError(error).stack?.split('\n')).toEqual([
      'at async l0 (/code/node_modules/sdk/i.js:0:1)',
      'at async l1 (/code/node_modules/sdk/i.js:1:1)',
      'at async notify (/app/handlers.ts:6:11)',
    ]);
  });

  test('only what says so is permanent', () => {
    expect(reportError(new NonRetryableError('x'))).toMatchObject({
      retryable: false,
      code: 'non-retryable',
    });
    expect(reportError(Object.assign(new Error('x'), { retryable: false }))).toMatchObject({
      retryable: false,
    });
    expect(reportError(new RetryAfterError(5))).toMatchObject({ retryable: true, retryAfterSeconds: 5 });
    expect(reportError(new ConfigurationError('x'))).toMatchObject({ retryable: true });
    expect(reportError(new Error('x'))).toMatchObject({ retryable: true });
  });

  test('the causes below it, with the first code among them', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
    expect(reportError(new TypeError('fetch failed', { cause: refused }))).toMatchObject({
      error: 'TypeError',
      message: 'fetch failed: connect ECONNREFUSED 127.0.0.1:9',
      code: 'ECONNREFUSED',
    });
    const both = new AggregateError([refused, new Error('connect ECONNREFUSED ::1:9')]);
    expect(reportError(new TypeError('fetch failed', { cause: both }))).toMatchObject({
      message: 'fetch failed: connect ECONNREFUSED 127.0.0.1:9, connect ECONNREFUSED ::1:9',
      code: 'ECONNREFUSED',
    });
    expect(reportError(both)).toMatchObject({ message: expect.stringMatching(/^connect ECONNREFUSED/) });
  });

  test('a real refused connection names its host', async () => {
    const thrown: unknown = await fetch('http://127.0.0.1:1').catch((error: unknown) => error);
    expect(reportError(thrown).message).toBe('fetch failed: bad port');
    const refused: unknown = await fetch(`http://127.0.0.1:${await closedPort()}`).catch(
      (error: unknown) => error,
    );
    expect(reportError(refused)).toMatchObject({
      message: expect.stringMatching(/^fetch failed: connect ECONNREFUSED 127\.0\.0\.1:\d+$/),
      code: 'ECONNREFUSED',
    });
  });

  test('causes without end, in circles, of any kind, and what they hold beside messages', () => {
    const circle = new Error('one', { cause: new Error('two') });
    Object.assign(circle.cause as Error, { cause: circle });
    expect(reportError(circle)).toMatchObject({ message: 'one: two' });
    let deep = new Error('0');
    for (let depth = 1; depth < 1_000; depth += 1) deep = new Error(String(depth), { cause: deep });
    expect(reportError(deep).message.split(': ')).toHaveLength(8);
    const secret = { headers: { authorization: 'secret' } };
    expect(reportError(new Error('failed', { cause: secret })).message).toBe('failed');
    expect(reportError(new Error('failed: why', { cause: new Error('why') })).message).toBe('failed: why');
  });

  test('what says that it is permanent is, whatever else is wrong with it', () => {
    const odd = Object.assign(new Error('x'), { retryable: false, message: { toString: null } });
    expect(reportError(odd)).toMatchObject({ retryable: false });
    expect(reportError(Object.assign(new Error('x'), { retryable: false, message: 7 }))).toMatchObject({
      retryable: false,
      message: '7',
    });
    expect(reportError({ retryable: false })).toMatchObject({ retryable: false });
  });

  test.each([
    ['text', 'text', 'string'],
    [undefined, 'undefined', 'undefined'],
    [null, 'null', 'object'],
    [42, '42', 'number'],
    [Symbol('s'), 'Symbol(s)', 'symbol'],
  ])('a thrown %p is described', (thrown, message, error) => {
    expect(reportError(thrown)).toEqual({ error, message, retryable: true });
  });

  test('a hostile value cannot throw again', () => {
    const hostile = {
      toString() {
        throw new Error('again');
      },
    };
    expect(reportError(hostile)).toMatchObject({ retryable: true });
    const guarded = {
      get retryable() {
        throw new Error('again');
      },
    };
    expect(reportError(guarded)).toMatchObject({ error: 'object', retryable: true });
  });

  test('text is cut and holds nothing that SQS refuses', () => {
    fc.assert(
      fc.property(
        anyText({ maxLength: 2_000, size: 'max' }),
        fc.integer({ min: 1, max: 500 }),
        (text, max) => {
          const cleaned = clean(text, max);
          expect(cleaned.length).toBeLessThanOrEqual(max);
          expect(cleaned).not.toMatch(REFUSED_BY_SQS);
        },
      ),
    );
  });
});

describe('the failure attribute', () => {
  const failure = (handlers: Failure['handlers'], message = 'all attempts failed'): Failure => ({
    reason: 'attempts-exhausted',
    message,
    handlers,
    attempts: 12,
    firstAttemptAtMs: 1,
    failedAtMs: 2,
  });
  const handler = (name: string, size: number) => ({
    handler: name,
    error: 'Error',
    message: 'm'.repeat(size),
    retryable: true,
    stack: 's'.repeat(size * 2),
  });

  test('a small one is kept whole', () => {
    const small = failure([handler('one', 50)]);
    expect(JSON.parse(encodeFailure(small))).toEqual(small);
  });

  test('a large one loses its stacks first', () => {
    const parsed = JSON.parse(
      encodeFailure(failure([handler('a', 490), handler('b', 490), handler('c', 490)])),
    );
    expect(parsed.handlers).toHaveLength(3);
    expect(parsed.handlers[0]).not.toHaveProperty('stack');
    expect(parsed.handlers[0].message).toHaveLength(490);
  });

  test('fits for any handlers and any characters, and says how many were left out', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            handler: fc.string({ minLength: 1, maxLength: 64, size: 'max' }),
            error: anyText({ maxLength: 100, size: 'max' }),
            message: anyText({ maxLength: 500, size: 'max' }),
            retryable: fc.boolean(),
          }),
          { maxLength: 60, size: 'max' },
        ),
        anyText({ maxLength: 3_000, size: 'max' }),
        (handlers, message) => {
          const text = encodeFailure(failure(handlers, message));
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_FAILURE_BYTES);
          const parsed = JSON.parse(text);
          expect(parsed.reason).toBe('attempts-exhausted');
          expect(parsed.handlers.length + (parsed.handlersOmitted ?? 0)).toBe(handlers.length);
        },
      ),
      // Texts this long take minutes to be made smaller.
      { numRuns: 300, endOnFailure: true },
    );
  });
});
