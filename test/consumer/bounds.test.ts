import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { boundedFailures } from '../../lambdas/consumer/bounded-failures.ts';
import { systemClock } from '../../lambdas/consumer/clock.ts';
import { encodeFailure } from '../../lambdas/consumer/failure-attribute.ts';
import { createSqsQueue } from '../../lambdas/consumer/sqs-queue.ts';
import type { Failure } from '../../lambdas/contract/failure.ts';

describe('failures that are retried', () => {
  const failure = (changes: object = {}) => ({
    attempt: 1,
    at_ms: 1,
    handler: 'one',
    error: 'E'.repeat(120),
    message: 'm'.repeat(600),
    retryable: true,
    ...changes,
  });
  const STACK = '    at a (/app/node_modules/x.js:1)\n    at b (/app/b.ts:2)\n    at c (/app/c.ts:3)';
  const lengths = (...failures: ReturnType<typeof failure>[]) =>
    boundedFailures(failures).map(({ error, message, code = '', stack }) => [
      error.length,
      message.length,
      code.length,
      stack,
    ]);

  test('are kept whole while they fit', () => {
    const small = failure({ error: 'E', message: 'm', code: 'c', stack: STACK });
    expect(boundedFailures([small])).toStrictEqual([small]);
    const bare = failure({ error: 'E', message: 'm' });
    expect(boundedFailures([bare])).toStrictEqual([bare]);
    expect(boundedFailures([])).toEqual([]);
  });

  test('fill their bytes to the last', () => {
    const sized = (length: number) => [failure({ error: 'E', message: 'm'.repeat(length) })];
    const most = 560 - Buffer.byteLength(JSON.stringify(sized(0)));
    expect(lengths(...sized(most))).toEqual([[1, most, 0, undefined]]);
    expect(lengths(...sized(most + 1))).toEqual([[1, 200, 0, undefined]]);
  });

  test('are cut from whole to what three fit in, and keep the line of the user’s code the longest', () => {
    const one = failure({ code: 'c'.repeat(120), stack: STACK });
    expect(lengths(one)).toEqual([[100, 200, 100, '    at b (/app/b.ts:2)']]);
    expect(lengths(one, failure())).toEqual([
      [40, 60, 40, '    at b (/app/b.ts:2)'],
      [40, 60, 0, undefined],
    ]);
    const plain = failure({ error: 'E', message: 'm'.repeat(100), stack: `${STACK}${'x'.repeat(300)}` });
    expect(lengths(plain, plain)).toEqual([
      [1, 100, 0, '    at b (/app/b.ts:2)'],
      [1, 100, 0, '    at b (/app/b.ts:2)'],
    ]);
    const foreign = failure({ stack: '    at a (/node_modules/x.js:1)\n    at b (/node_modules/y.js:1)' });
    expect(lengths(foreign)).toEqual([[100, 200, 0, '    at a (/node_modules/x.js:1)']]);
    expect(lengths(one, one, one)).toEqual(Array(3).fill([24, 40, 24, undefined]));
    // What fits nowhere is cut to the smallest all the same.
    expect(lengths(...Array(9).fill(one))).toEqual(Array(9).fill([24, 20, 24, undefined]));
  });
});

describe('the reason on a letter', () => {
  const failure = (handlers: Failure['handlers'], message = 'why'): Failure => ({
    reason: 'permanent',
    message,
    handlers,
    attempts: 1,
    failedAtMs: 1,
  });
  const handler = (message: string, stack?: string) => ({
    handler: 'h',
    error: 'E',
    message,
    retryable: true,
    ...(stack === undefined ? {} : { stack }),
  });
  const told = (...args: Parameters<typeof failure>) => JSON.parse(encodeFailure(failure(...args)));

  test('has a message of 500 characters', () => {
    expect(told([], 'x'.repeat(501)).message).toHaveLength(500);
  });

  test('is whole to its last byte, then without stacks', () => {
    const sized = (length: number) => [handler('m', 's'.repeat(length))];
    const most = 4_096 - Buffer.byteLength(JSON.stringify(failure(sized(0))));
    expect(told(sized(most))).toEqual(failure(sized(most)));
    expect(told(sized(most + 1))).toEqual(failure([handler('m')]));
  });

  test('loses the ends of messages, then the last handlers, and says how many', () => {
    const some = told(Array(9).fill(handler('m'.repeat(500), 's')), 'x'.repeat(500));
    expect(some.message).toHaveLength(200);
    expect(some.handlers).toEqual(Array(9).fill(handler(`${'m'.repeat(99)}…`)));
    expect(some).not.toHaveProperty('handlersOmitted');
    const many = told(Array(60).fill(handler('m'.repeat(500))));
    expect(many.handlers.length + many.handlersOmitted).toBe(60);
    const one = { handlers: [...many.handlers, handler(`${'m'.repeat(99)}…`)], handlersOmitted: 60 };
    expect(Buffer.byteLength(JSON.stringify({ ...many, ...one }))).toBeGreaterThan(4_096);
  });
});

describe('a copy', () => {
  const attribute = (stringValue: string) => ({ stringValue, dataType: 'String' });
  const copyOf = async (messageAttributes: object, group?: string, signal?: AbortSignal) => {
    const sent: unknown[][] = [];
    const client = { send: async (...args: unknown[]) => sent.push(args) } as unknown as SQSClient;
    const queue = createSqsQueue({ client, queueUrl: 'main', deadLetterQueueUrl: 'dead' });
    const attributes = group === undefined ? {} : { MessageGroupId: group };
    await queue.copyToDeadLetters({ body: 'b', attributes, messageAttributes } as SQSRecord, 'why', signal);
    const [[command, options] = []] = sent as [{ input: Record<string, object> }, object][];
    return { input: command?.input ?? {}, options };
  };

  test('has body, group, attributes and the reason', async () => {
    const { input } = await copyOf(
      {
        'svix-id': attribute('msg_1'),
        other: { dataType: 'Binary.x', binaryValue: 'aGk=' },
        empty: { dataType: 'String' },
        nothing: { dataType: 'Binary' },
      },
      'g',
    );
    expect(input).toEqual({
      QueueUrl: 'dead',
      MessageBody: 'b',
      MessageGroupId: 'g',
      MessageAttributes: {
        'svix-id': { DataType: 'String', StringValue: 'msg_1' },
        other: { DataType: 'Binary.x', BinaryValue: Buffer.from('hi') },
        empty: { DataType: 'String', StringValue: '' },
        nothing: { DataType: 'Binary', BinaryValue: Buffer.alloc(0) },
        failure: { DataType: 'String', StringValue: 'why' },
      },
    });
    expect((await copyOf({})).input).not.toHaveProperty('MessageGroupId');
  });

  test('of ten attributes keeps its own alone, of nine all', async () => {
    const foreign = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, attribute('x')]));
    const names = async (attributes: object) =>
      Object.keys((await copyOf(attributes)).input['MessageAttributes'] ?? {});
    expect(await names({ 'svix-id': attribute('m'), ...foreign(8) })).toHaveLength(10);
    expect(await names({ 'svix-id': attribute('m'), ...foreign(9) })).toEqual(['svix-id', 'failure']);
  });

  test('is ended with the batch', async () => {
    const { signal } = new AbortController();
    expect((await copyOf({}, undefined, signal)).options).toEqual({ abortSignal: signal });
    expect((await copyOf({})).options).toBeUndefined();
  });
});

test('the system’s clock calls back no sooner than asked, and not at all when that is taken back', async () => {
  let called = false;
  const forget = systemClock.after(1, () => {
    called = true;
  });
  forget();
  const startedMs = performance.now();
  await systemClock.sleep(25);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(24);
  await new Promise<void>((resolve) => systemClock.after(25, resolve));
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(48);
  expect(called).toBe(false);
  expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(1_000);
});
