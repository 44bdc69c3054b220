import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { createCachedSecret } from '../../lambdas/runtime/cached-secret.ts';

const STOPPED = new Error('nobody waits any more');

/** A secret whose reads end when they are told to. */
function secretInHand() {
  const reads: { resolve(value: string): void; reject(error: Error): void }[] = [];
  const cached = createCachedSecret({
    read: () => new Promise<string>((resolve, reject) => reads.push({ resolve, reject })),
    nowMs: () => 0,
  });
  return { cached, reads };
}

describe('a caller that stops waiting', () => {
  test('gets its own reason at once; the read goes on for the others', async () => {
    const { cached, reads } = secretInHand();
    const stop = new AbortController();
    const stopped = cached.current(stop.signal);
    const patient = cached.current(new AbortController().signal);
    stop.abort(STOPPED);
    await expect(stopped).rejects.toBe(STOPPED);
    reads[0]?.resolve('value');
    expect(await patient).toBe('value');
    expect(reads).toHaveLength(1);
  });

  test('has stopped before it asked', async () => {
    const { cached, reads } = secretInHand();
    await expect(cached.current(AbortSignal.abort(STOPPED))).rejects.toBe(STOPPED);
    reads[0]?.resolve('value');
    expect(await cached.current()).toBe('value');
  });

  test.each(['in flight', 'of its own'])('while it rereads: a read %s', async (which) => {
    const { cached, reads } = secretInHand();
    const other = which === 'in flight' ? cached.current() : undefined;
    const stop = new AbortController();
    const stopped = cached.reread('tried', stop.signal);
    stop.abort(STOPPED);
    await expect(stopped).rejects.toBe(STOPPED);
    reads[0]?.resolve('value');
    await other;
    expect(await cached.current()).toBe('value');
    expect(reads).toHaveLength(1);
  });
});

test.each(['is read', 'cannot be read'])(
  'nothing listens to a signal any more once the value %s',
  async (end) => {
    const { cached, reads } = secretInHand();
    const { signal } = new AbortController();
    const waiting = cached.current(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    const refusal = new Error('no such secret');
    if (end === 'is read') {
      reads[0]?.resolve('value');
      expect(await waiting).toBe('value');
    } else {
      reads[0]?.reject(refusal);
      await expect(waiting).rejects.toBe(refusal);
    }
    await Promise.resolve();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  },
);

test('what is forgotten is read again, whatever its age', async () => {
  const { cached, reads } = secretInHand();
  const first = cached.current();
  reads[0]?.resolve('before');
  expect(await first).toBe('before');
  cached.forget();
  const second = cached.current();
  reads[1]?.resolve('after');
  expect(await second).toBe('after');
});
