import { describe, expect, test } from '@jest/globals';
import { type Attempt, persistFinal, whenOwnershipLost } from '../../lambdas/consumer/attempt-context.ts';
import { persist } from '../../lambdas/consumer/persist.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const unreachable = () => Promise.reject(Object.assign(new Error('no answer'), { name: 'TimeoutError' }));

/** An attempt with `leftMs` until its deadline, of an event that another one has taken over. */
function attemptWith(leftMs: number, taken?: (nowMs: number) => Partial<LedgerRecord>) {
  const clock = new VirtualClock();
  clock.autoAdvance = true;
  const did: (string | number)[] = [];
  const attempt = {
    invocation: { deadlineMs: clock.nowMs() + leftMs },
    message: { record: { attributes: { ApproximateReceiveCount: '1' } } },
    claimed: { claim: { eventId: 'msg_1' } },
    dependencies: {
      clock,
      policy: { maxReceiveCount: 50 },
      ledger: { read: async () => taken?.(clock.nowMs()) },
      queue: { hide: async (_: string, seconds: number) => did.push(seconds) },
      metrics: { duplicate: () => did.push('duplicate'), deferred: () => did.push('deferred') },
      logger: { warn: (message: string, { status }: { status: string }) => did.push(message, status) },
    },
  } as unknown as Attempt;
  return { attempt, clock, did };
}

describe('a final write', () => {
  test('is tried again after pauses that double up to a second, until the time is up', async () => {
    const clock = new VirtualClock();
    clock.autoAdvance = true;
    const startMs = clock.nowMs();
    const triedAfterMs: number[] = [];
    const write = (nowMs: number) => {
      triedAfterMs.push(nowMs - startMs);
      return unreachable();
    };
    const writing = persist(write, { clock, untilMs: startMs + 4_550 });
    await expect(writing).rejects.toThrow('no answer');
    expect(triedAfterMs).toEqual([0, 50, 150, 350, 750, 1_550, 2_550, 3_550]);
  });

  test('that the table refuses itself is not', async () => {
    const clock = new VirtualClock();
    const refused = Object.assign(new Error('too large'), { name: 'ValidationException', $fault: 'client' });
    const writing = persist(() => Promise.reject(refused), { clock, untilMs: clock.nowMs() + 60_000 });
    await expect(writing).rejects.toBe(refused);
  });

  test.each([
    [1_050, 1],
    [1_051, 2],
  ])(
    'leaves a second for the answer of the batch: %i ms before the deadline it is made %i times',
    async (leftMs, times) => {
      const { attempt } = attemptWith(leftMs);
      let calls = 0;
      const written = persistFinal(attempt, async () => (++calls === 1 ? unreachable() : 'written'));
      await Promise.allSettled([written]);
      expect(calls).toBe(times);
    },
  );
});

describe('a message whose event another attempt has taken over', () => {
  test.each<[string, (nowMs: number) => Partial<LedgerRecord>, number]>([
    ['the lease', (nowMs) => ({ status: 'IN_PROGRESS', lease_expires_at_ms: nowMs + 9_000 }), 9],
    ['the backoff', (nowMs) => ({ status: 'FAILED', not_before_ms: nowMs + 7_000 }), 7],
    ['nothing', () => ({ status: 'FAILED' }), 1],
  ])('comes back when %s has ended', async (_what, taken, seconds) => {
    const { attempt, did } = attemptWith(30_000, taken);
    expect(await whenOwnershipLost(attempt)).toBe('return');
    expect(did).toEqual(['ownership lost', taken(0).status, 'deferred', seconds]);
  });

  test('comes back soon when its record is gone', async () => {
    const { attempt, did } = attemptWith(30_000);
    expect(await whenOwnershipLost(attempt)).toBe('return');
    expect(did).toEqual(['ownership lost', 'absent', 'deferred', 1]);
  });

  test('is acknowledged when that has completed', async () => {
    const { attempt, did } = attemptWith(30_000, () => ({ status: 'COMPLETED' }));
    expect(await whenOwnershipLost(attempt)).toBe('acknowledge');
    expect(did).toEqual(['ownership lost', 'COMPLETED', 'duplicate']);
  });
});
