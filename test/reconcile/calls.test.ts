import { describe, expect, test } from '@jest/globals';
import { SUPAGLUE_KEY_REFUSED, type SupaglueApi } from '../../lambdas/database/supaglue/api.ts';
import { type CallBudget, Calls } from '../../lambdas/reconcile/calls.ts';
import { NonRetryableError, RetryAfterError } from '../../lambdas/router/errors.ts';

const UNTIL_MS = 100_000;
const UNREACHABLE = new Error('fetch failed');

/** Calls that meet these errors, one after the other, and then answers. */
function callsThat(meet: readonly Error[], budget: Partial<CallBudget> = {}) {
  const slept: number[] = [];
  const left = [...meet];
  const asked: Parameters<SupaglueApi>[0][] = [];
  const api = (async (question) => {
    asked.push(question);
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'answer';
  }) as SupaglueApi;
  const calls = new Calls({
    api,
    maximumCalls: 100,
    untilMs: UNTIL_MS,
    nowMs: () => 0,
    sleep: async (ms) => void slept.push(ms),
    ...budget,
  });
  return { calls, slept, asked };
}
const answers = async (calls: Calls, count: number) => {
  const given: unknown[] = [];
  for (let index = 0; index < count; index += 1) {
    given.push(await calls.answerTo('/customers').catch((error: Error) => error.message));
  }
  return given;
};

test('a question is asked once, of whom it is about', async () => {
  const { calls, asked } = callsThat([]);
  const of = { customerId: 'customer', providerName: 'hubspot' };
  expect([await calls.answerTo('/customers'), await calls.answerTo('/entity_mappings', of)]).toEqual([
    'answer',
    'answer',
  ]);
  expect(calls.made).toBe(2);
  expect(asked.map(({ signal: _, what: __, ...question }) => question)).toEqual([
    { path: '/customers' },
    { path: '/entity_mappings', of },
  ]);
});

describe('ends', () => {
  test('when its calls are used up', async () => {
    const { calls, asked } = callsThat([], { maximumCalls: 2 });
    expect(await answers(calls, 3)).toEqual(['answer', 'answer', 'calls-used-up']);
    expect(asked).toHaveLength(2);
  });

  test.each([
    [UNTIL_MS - 1, 'answer', 1],
    [UNTIL_MS, 'time-is-up', 0],
    [UNTIL_MS + 1, 'time-is-up', 0],
  ])('when its time is up: at %i ms', async (nowMs, answer, asks) => {
    const { calls, asked } = callsThat([], { nowMs: () => nowMs });
    expect(await answers(calls, 1)).toEqual([answer]);
    expect(asked).toHaveLength(asks);
  });

  test('when the key is refused', async () => {
    const { calls } = callsThat([Object.assign(new Error('401'), { code: SUPAGLUE_KEY_REFUSED })]);
    expect(await answers(calls, 1)).toEqual(['key-refused']);
  });

  test('at the tenth failure: that is not one customer’s', async () => {
    const { calls, slept } = callsThat(Array(10).fill(UNREACHABLE));
    expect(await answers(calls, 11)).toEqual([...Array(9).fill('failed'), 'supaglue-fails', 'answer']);
    expect(slept).toEqual([]);
  });

  test('when a rate limit outlasts its time', async () => {
    const { calls, slept } = callsThat([new RetryAfterError(UNTIL_MS / 1000)]);
    expect(await answers(calls, 1)).toEqual(['rate-limited']);
    expect(slept).toEqual([]);
  });
});

test('what is refused for good is an answer, and no failure', async () => {
  const { calls } = callsThat(Array(12).fill(new NonRetryableError('404')));
  expect(await answers(calls, 13)).toEqual([...Array(12).fill('refused'), 'answer']);
});

test('a shorter rate limit is waited out, and the question asked again', async () => {
  const { calls, slept } = callsThat([new RetryAfterError(UNTIL_MS / 1000 - 0.001), new RetryAfterError(2)]);
  expect(await answers(calls, 1)).toEqual(['answer']);
  expect([slept, calls.made]).toEqual([[UNTIL_MS - 1, 2_000], 3]);
});

test('a call does not outlast the run', async () => {
  const unanswered = ((question) =>
    new Promise((_resolve, reject) => {
      question.signal.addEventListener('abort', () => reject(question.signal.reason));
    })) as SupaglueApi;
  const { calls } = callsThat([], { api: unanswered, untilMs: 20 });
  expect(await answers(calls, 1)).toEqual(['failed']);
});
