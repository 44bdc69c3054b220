import { describe, expect, test } from '@jest/globals';
import { PING_EVENT_TYPE, PING_MAX_DELAY_MS } from '../../lambdas/contract/message.ts';
import { samples } from '../../lambdas/events/samples.ts';
import { EventRouter, type HandlerContext } from '../../lambdas/router/index.ts';
import { contextOf } from './handler-context.ts';

const router = new EventRouter();

async function run(fields: object, overrides: Partial<HandlerContext<unknown>> = {}) {
  const result = await router.validate(PING_EVENT_TYPE, { ...samples[PING_EVENT_TYPE], ...fields });
  const [handler] = router.handlersFor(PING_EVENT_TYPE);
  if (!result.ok || handler === undefined) {
    throw new Error('the ping is not routed');
  }
  await handler.handle(contextOf(result.event, overrides));
  return 'done';
}

describe('the ping', () => {
  test('asks for nothing and succeeds', async () => {
    expect(await run({})).toBe('done');
    expect(await run({ delay_ms: null, fail_times: null, fail_permanently: null })).toBe('done');
    expect(await run({ delay_ms: 0, fail_times: 0, fail_permanently: false })).toBe('done');
  });

  test('fails retryably as often as it asks for', async () => {
    const failure = { name: 'PingError', code: 'ping', retryable: true };
    await expect(run({ fail_times: 2 }, { attempt: 1 })).rejects.toMatchObject(failure);
    await expect(run({ fail_times: 2 }, { attempt: 2 })).rejects.toMatchObject(failure);
    expect(await run({ fail_times: 2 }, { attempt: 3 })).toBe('done');
  });

  test('fails for good', async () => {
    await expect(run({ fail_permanently: true, fail_times: 3 })).rejects.toMatchObject({
      name: 'NonRetryableError',
      code: 'ping',
      retryable: false,
    });
  });

  test('waits as long as it asks for', async () => {
    const startedAt = performance.now();
    await run({ delay_ms: 60 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
  });

  test('its wait ends with the deadline', async () => {
    const deadline = new AbortController();
    const running = run({ delay_ms: PING_MAX_DELAY_MS }, { signal: deadline.signal });
    deadline.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });

  test.each([
    ['delay_ms', PING_MAX_DELAY_MS + 1],
    ['delay_ms', -1],
    ['delay_ms', '5'],
    ['fail_times', 1.5],
    ['fail_times', -1],
    ['fail_permanently', 'yes'],
  ])('%s: %j is refused', async (field, value) => {
    expect(await router.validate(PING_EVENT_TYPE, { ...samples[PING_EVENT_TYPE], [field]: value })).toEqual({
      ok: false,
      issues: [expect.stringMatching(new RegExp(`^${field}: `))],
    });
  });
});
