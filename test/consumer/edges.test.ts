import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { failingHandlers, handlersFailedForGood, outcomeOf } from '../../lambdas/consumer/attempt-outcome.ts';
import { BatchCompany } from '../../lambdas/consumer/batch-company.ts';
import { clean, reportError } from '../../lambdas/consumer/error-report.ts';
import { isLastReceive, outlivesMessage } from '../../lambdas/consumer/give-back.ts';
import { eventIdOf, readMessage } from '../../lambdas/consumer/incoming-message.ts';
import type { FailedHandler, HandlersResult } from '../../lambdas/consumer/run-handlers.ts';
import { PUT_BACK } from '../../lambdas/ledger/letter.ts';
import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { NotYetError, RetryAfterError } from '../../lambdas/router/index.ts';

const SENT_AT_MS = 2_000_000;

function recordOf(attributes: Readonly<Record<string, string>>, body = '{"customer_id":"c1"}'): SQSRecord {
  return {
    body,
    attributes: { SentTimestamp: String(SENT_AT_MS), ApproximateReceiveCount: '3' },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
    ),
  } as unknown as SQSRecord;
}

describe('a message', () => {
  const factsOf = (attributes: Readonly<Record<string, string>>) =>
    readMessage(recordOf(attributes), 'm').facts;

  test('is read whole', () => {
    const body = '{"customer_id":"c1"}';
    const attributes = { 'received-at': '1999990', 'svix-timestamp': '1999' };
    const record = recordOf(attributes, body);
    expect(readMessage(record, 'm')).toStrictEqual({
      record,
      payload: { value: { customer_id: 'c1' } },
      facts: {
        eventId: 'm',
        bodySha256: createHash('sha256').update(body).digest('hex'),
        receivedAtMs: 1_999_990,
        sentAtMs: SENT_AT_MS,
        signedAtSeconds: 1_999,
        eventType: 'unknown',
        customerId: 'c1',
      },
    });
  });

  test('that is not JSON has no payload', () => {
    expect(readMessage(recordOf({}, '{'), 'm')).not.toHaveProperty('payload');
    expect(readMessage(recordOf({}, 'null'), 'm').payload).toEqual({ value: null });
  });

  test.each([
    ['a', 'a'],
    ['x'.repeat(128), 'x'.repeat(128)],
    ['x'.repeat(129), undefined],
    ['', undefined],
    ['a.b', undefined],
    ['a b', undefined],
  ])('its id %j is %j', (id, expected) => {
    expect(eventIdOf(recordOf({ 'svix-id': id }))).toBe(expected);
  });

  test('has no id without one', () => expect(eventIdOf(recordOf({}))).toBeUndefined());

  test.each([
    ['1', 1],
    ['9'.repeat(15), 999_999_999_999_999],
    ['9'.repeat(16), SENT_AT_MS],
    [' 1', SENT_AT_MS],
    ['1 ', SENT_AT_MS],
    ['', SENT_AT_MS],
  ])('was received at %j: %d', (text, expected) => {
    expect(factsOf({ 'received-at': text }).receivedAtMs).toBe(expected);
  });

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['at most 15 s after it was received', { 'received-at': String(SENT_AT_MS - 15_000) }, 7],
    ['later than that', { 'received-at': String(SENT_AT_MS - 15_001) }, PUT_BACK],
    ['with a failure', { failure: '{}' }, PUT_BACK],
    ['twelve digits', { 'svix-timestamp': '9'.repeat(12) }, 999_999_999_999],
    ['thirteen digits', { 'svix-timestamp': '9'.repeat(13) }, PUT_BACK],
    ['no digits before', { 'svix-timestamp': 'a7' }, PUT_BACK],
    ['no digits after', { 'svix-timestamp': '7a' }, PUT_BACK],
  ])('sent %s was signed when it says, or put back', (_what, attributes, expected) => {
    expect(factsOf({ 'svix-timestamp': '7', ...attributes }).signedAtSeconds).toBe(expected);
  });
});

describe('a message goes back', () => {
  const edges = (nowMs: number, maxReceiveCount = 4) =>
    ({ policy: { queueRetentionMs: 10_000_000, maxReceiveCount }, clock: { nowMs: () => nowMs } }) as never;
  /** An hour before SQS forgets it. */
  const LAST_MS = SENT_AT_MS + 10_000_000 - 3_600_000;

  test('until an hour before its end', () => {
    const message = recordOf({});
    expect(outlivesMessage(message, 5_000, edges(LAST_MS - 5_000))).toBe(false);
    expect(outlivesMessage(message, 5_001, edges(LAST_MS - 5_000))).toBe(true);
  });

  test('but not on its last receive', () => {
    expect([4, 3, 2].map((most) => isLastReceive(recordOf({}), edges(0, most)))).toEqual([false, true, true]);
  });
});

describe('who runs beside whom', () => {
  test('one that waits to be alone does so until the others are settled, then one after another', async () => {
    const company = new BatchCompany(4);
    expect(company.size).toBe(4);
    const turns: string[] = [];
    const alone = (name: string) => company.turnAlone().then(() => turns.push(name));
    const settle = async () => {
      company.settled();
      await new Promise(setImmediate);
      return [...turns];
    };
    const waiting = [alone('one'), alone('two')];
    expect(await settle()).toEqual([]);
    expect(await settle()).toEqual(['one']);
    expect(await settle()).toEqual(['one', 'two']);
    expect(await settle()).toEqual(['one', 'two']);
    await Promise.all(waiting);
  });

  test('one that is alone waits for nobody', async () => {
    await expect(new BatchCompany(1).turnAlone()).resolves.toBeUndefined();
  });
});

describe('what is kept of an attempt', () => {
  const record = (changes: Partial<LedgerRecord>): LedgerRecord => ({
    event_id: 'm',
    status: EventStatus.IN_PROGRESS,
    attempts: 3,
    attempts_total: 8,
    handlers: {},
    failures: [],
    body_sha256: '',
    event_type: 't',
    received_at_ms: 1,
    updated_at_ms: 1,
    expires_at: 1,
    ...changes,
  });
  const claimed = (changes: Partial<LedgerRecord> = {}, predecessorAbandoned = false) =>
    ({ outcome: 'claimed', claim: {}, record: record(changes), predecessorAbandoned }) as never;
  const failure = (handler: string, changes: Partial<FailedHandler> = {}): FailedHandler => ({
    handler,
    failedAtMs: 77,
    error: 'Error',
    message: 'why',
    retryable: true,
    ...changes,
  });
  const result = (failed: readonly FailedHandler[], completed = {}): HandlersResult => ({
    completed,
    failed,
    someStillRunning: false,
  });
  const kept = (handler: string, changes = {}) => ({
    attempt: 8,
    at_ms: 77,
    handler,
    error: 'Error',
    message: 'why',
    retryable: true,
    ...changes,
  });

  test('each failure, whatever it waits for, and a mark for what failed for good', () => {
    const failed = [
      failure('again', { retryAfterSeconds: 5 }),
      failure('waits', { notYet: true }),
      failure('gone', { retryable: false, code: 'c', message: 'x'.repeat(201) }),
      failure('lost', { retryable: false }),
    ];
    expect(outcomeOf(claimed(), result(failed, { done: 9 }), 100)).toStrictEqual({
      completed: { done: 9 },
      failedForGood: {
        gone: { failed_at_ms: 77, attempt: 8, error: 'Error', message: `${'x'.repeat(199)}…`, code: 'c' },
        lost: { failed_at_ms: 77, attempt: 8, error: 'Error', message: 'why' },
      },
      failures: [
        kept('again'),
        kept('gone', { retryable: false, code: 'c', message: 'x'.repeat(201) }),
        kept('lost', { retryable: false }),
      ],
      attempts: 3,
      notes: {},
    });
  });

  test('after those before it, the one that left no record, and what failed beside the handlers', () => {
    const before = { attempt: 6, at_ms: 5, error: 'E', message: 'm', retryable: true };
    const other = { at_ms: 99, error: 'O', message: 'o', retryable: false };
    const attempt = claimed({ failures: [before] }, true);
    const notes = { one: 'a note' };
    expect(outcomeOf(attempt, { ...result([failure('a')]), notes }, 100, [other])).toMatchObject({
      failures: [
        before,
        { attempt: 7, at_ms: 100, error: 'AttemptAbandoned', code: 'abandoned', retryable: true },
        { attempt: 8, ...other },
        kept('a'),
      ],
      notes,
    });
  });

  test('ten failures at most', () => {
    const failed = Array.from({ length: 11 }, (_, index) => failure(`h${index}`));
    expect(outcomeOf(claimed(), result(failed), 1).failures.map(({ handler }) => handler)).toEqual(
      failed.slice(1).map(({ handler }) => handler),
    );
  });

  const mark = { failed_at_ms: 1, attempt: 2, error: 'M', message: 'mark' };

  test('handlers that failed for good, before or now, each once', () => {
    const outcome = outcomeOf(claimed(), result([failure('b', { retryable: false })]), 1);
    const before = record({ handlers: { a: mark, b: mark, done: 5 } });
    expect(handlersFailedForGood(before, outcome)).toEqual(['a', 'b']);
  });

  test('on a letter: the last failure of each that has not completed', () => {
    const was = (handler: string | undefined, message: string) => ({
      attempt: 1,
      at_ms: 1,
      error: 'E',
      message,
      retryable: true,
      ...(handler === undefined ? {} : { handler }),
    });
    const before = record({
      handlers: {
        done: 5,
        marked: { ...mark, code: 'c' },
        told: mark,
        cut: { ...mark, code: 'c' },
        plain: mark,
      },
      failures: [
        was('a', '1'),
        was('a', '2'),
        was('done', '1'),
        was(undefined, 'framework'),
        was('told', 'tell'),
        was('cut', 'm…'),
      ],
    });
    const now = result([failure('now', { retryAfterSeconds: 1, notYet: true }), failure('b')], { b: 1 });
    expect(failingHandlers(before, now)).toStrictEqual([
      { handler: 'a', error: 'E', message: '2', retryable: true },
      { handler: 'told', error: 'E', message: 'tell', retryable: true },
      { handler: 'cut', error: 'M', message: 'mark', retryable: true, code: 'c' },
      { handler: 'marked', error: 'M', message: 'mark', retryable: false, code: 'c' },
      { handler: 'plain', error: 'M', message: 'mark', retryable: false },
      { handler: 'now', error: 'Error', message: 'why', retryable: true },
    ]);
  });
});

describe('what is told of an error', () => {
  const thrown = (stack: unknown) => Object.assign(new Error('x'), { stack });

  test('its first six frames, without Node’s own, and two of dependencies', () => {
    const frames = (count: number, where: string) =>
      Array.from({ length: count }, (_, index) => `    at f${index} (${where}:${index}:1)`);
    const told = (...lines: string[]) =>
      reportError(thrown(['Error: x', ...lines].join('\n'))).stack?.split('\n');
    expect(told(...frames(7, '/a.ts'))).toHaveLength(6);
    expect(
      told('look at (this)', '    at i (node:internal/x:1:1)', 'at no indent', ...frames(1, '/a.ts')),
    ).toEqual(['at f0 (/a.ts:0:1)']);
    expect(told(...frames(3, '/node_modules/d.js'))).toHaveLength(2);
    expect(told(`    at ${'y'.repeat(300)}`)?.[0]).toHaveLength(200);
  });

  test.each([[undefined], [7], ['Error: x']])('no stack of %j', (stack) => {
    expect(reportError(thrown(stack))).toStrictEqual({ error: 'Error', message: 'x', retryable: true });
  });

  test('when it comes again, and whether it waits', () => {
    expect(reportError(new NotYetError(3))).toMatchObject({ retryAfterSeconds: 3, notYet: true });
    expect(reportError(new RetryAfterError(4))).toMatchObject({ retryAfterSeconds: 4 });
    for (const name of ['notYet', 'retryAfterSeconds'])
      expect(reportError(new Error('x'))).not.toHaveProperty(name);
    expect(reportError(new RetryAfterError(4))).not.toHaveProperty('notYet');
    expect(reportError('x')).toStrictEqual({ error: 'string', message: 'x', retryable: true });
  });

  test('within its bounds, to the character', () => {
    expect([clean('abc', 3), clean('abcd', 3), clean('a\n\u0000b\uffff', 9)]).toEqual(['abc', 'ab…', 'a b ']);
    const error = Object.assign(new Error('m'.repeat(501)), { name: 'n'.repeat(101), code: 'c'.repeat(101) });
    const { error: name, message, code } = reportError(error);
    expect([name, message, code].map((text) => text?.length)).toEqual([100, 500, 100]);
  });

  test.each([
    [null, true],
    [{ retryable: false }, false],
    [{ retryable: true }, true],
    ['text', true],
  ])('%j may be tried again: %j', (value, expected) => {
    expect(reportError(value).retryable).toBe(expected);
  });
});
