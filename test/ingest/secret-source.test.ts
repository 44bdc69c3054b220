import { describe, expect, test } from '@jest/globals';
import {
  createSecretSource,
  type ReadySecrets,
  type SecretSource,
} from '../../lambdas/ingest/secret-source.ts';
import { NOW_MS, OTHER_SECRET, SECRET } from './fixtures.ts';

// Stated apart from the code: these are promises.
const MAX_AGE_MS = 300_000;
const REREAD_INTERVAL_MS = 30_000;
const PAUSE_MS = 1_000;

function setUp(first: string | undefined | Error) {
  const store = { value: first, reads: 0, nowMs: NOW_MS };
  const source = createSecretSource({
    fetchSecret: async () => {
      store.reads += 1;
      if (store.value instanceof Error) {
        throw store.value;
      }
      return store.value;
    },
    nowMs: () => store.nowMs,
  });
  return { store, source };
}

async function ready(source: SecretSource): Promise<ReadySecrets> {
  const state = await source.current();
  if (state.status !== 'ready') {
    throw new Error(`the secrets are ${state.status}`);
  }
  return state;
}

describe('the cached secrets', () => {
  test('are read once and again when 5 minutes old', async () => {
    const { store, source } = setUp(SECRET);
    await ready(source);
    store.nowMs += MAX_AGE_MS - 1;
    await ready(source);
    expect(store.reads).toBe(1);
    store.nowMs += 1;
    await ready(source);
    expect(store.reads).toBe(2);
  });

  test('a secret that was removed stops within 5 minutes', async () => {
    const { store, source } = setUp(SECRET);
    await ready(source);
    store.value = undefined;
    store.nowMs += MAX_AGE_MS;
    expect(await source.current()).toMatchObject({ status: 'not-configured', reason: 'secret-missing' });
  });

  test('count their age from before the read', async () => {
    const { store, source } = setUp(SECRET);
    const slow = createSecretSource({
      fetchSecret: async () => {
        store.reads += 1;
        store.nowMs += 60_000;
        return SECRET;
      },
      nowMs: () => store.nowMs,
    });
    await ready(slow);
    store.nowMs = NOW_MS + MAX_AGE_MS;
    await ready(slow);
    expect(store.reads).toBe(2);
    expect(await source.current()).toMatchObject({ status: 'ready' });
  });

  test('fail closed when they are too old and cannot be read', async () => {
    const { store, source } = setUp(SECRET);
    await ready(source);
    store.value = new Error('down');
    store.nowMs += MAX_AGE_MS;
    expect(await source.current()).toMatchObject({ status: 'unavailable' });
    store.nowMs += PAUSE_MS - 1;
    expect(await source.current()).toMatchObject({ status: 'unavailable' });
    expect(store.reads).toBe(2);
    store.value = SECRET;
    store.nowMs += 1;
    await ready(source);
  });

  test('are not trusted when the clock steps back', async () => {
    const { store, source } = setUp(SECRET);
    await ready(source);
    store.nowMs -= 1;
    await ready(source);
    expect(store.reads).toBe(2);
  });

  test('concurrent callers share one read', async () => {
    const { store, source } = setUp(SECRET);
    const states = await Promise.all(Array.from({ length: 50 }, () => source.current()));
    expect(new Set(states).size).toBe(1);
    expect(store.reads).toBe(1);
  });
});

describe('a missing or invalid value', () => {
  test.each([
    [undefined, 'secret-missing'],
    ['whsec_', 'secret-of-wrong-length'],
  ])('%j is read again after 30 s at the earliest', async (value, reason) => {
    const { store, source } = setUp(value);
    expect(await source.current()).toMatchObject({ status: 'not-configured', reason });
    store.value = SECRET;
    store.nowMs += REREAD_INTERVAL_MS - 1;
    expect(await source.current()).toMatchObject({ status: 'not-configured', reason });
    expect(store.reads).toBe(1);
    store.nowMs += 1;
    await ready(source);
  });
});

describe('reading again after a mismatch', () => {
  test('finds a rotated secret, at most once in 30 s', async () => {
    const { store, source } = setUp(SECRET);
    const old = await ready(source);
    store.value = OTHER_SECRET;
    store.nowMs += REREAD_INTERVAL_MS - 1;
    expect(await source.reread(old)).toBeUndefined();
    store.nowMs += 1;
    const renewed = await source.reread(old);
    expect(renewed).toMatchObject({ status: 'ready' });
    expect(renewed).not.toBe(old);
    expect(store.reads).toBe(2);
    expect(await source.current()).toBe(renewed);
  });

  test('gives what another request has found meanwhile', async () => {
    const { store, source } = setUp(SECRET);
    const old = await ready(source);
    store.value = OTHER_SECRET;
    store.nowMs += REREAD_INTERVAL_MS;
    const [one, two] = await Promise.all([source.reread(old), source.reread(old)]);
    expect(one).toBe(two);
    expect(await source.reread(old)).toBe(one);
    expect(store.reads).toBe(2);
  });

  test('that fails keeps the cached secrets for their 5 minutes', async () => {
    const { store, source } = setUp(SECRET);
    const cached = await ready(source);
    store.value = new Error('down');
    store.nowMs += REREAD_INTERVAL_MS;
    expect(await source.reread(cached)).toMatchObject({ status: 'unavailable' });
    expect(await source.current()).toBe(cached);
    expect(await source.reread(cached)).toBeUndefined();
    store.nowMs = NOW_MS + MAX_AGE_MS;
    expect(await source.current()).toMatchObject({ status: 'unavailable' });
  });
});
