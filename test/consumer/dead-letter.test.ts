import { expect, test } from '@jest/globals';
import type { Attempt } from '../../lambdas/consumer/attempt-context.ts';
import { deadLetter } from '../../lambdas/consumer/dead-letter.ts';
import type { Release } from '../../lambdas/ledger/ledger.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const NOW_MS = 1_800_000_000_000;
const SKEW_MS = 5_000;

/** What a letter is made of, and what is done for it. */
function given({
  record = {},
  facts = {},
  attributes = {},
  lost = '',
}: {
  readonly record?: Partial<LedgerRecord>;
  readonly facts?: { readonly sentAtMs?: number };
  readonly attributes?: Readonly<Record<string, string>>;
  /** The step before which another attempt takes the event. */
  readonly lost?: string;
}) {
  const did: string[] = [];
  const seen: { failure?: unknown; release?: Release } = {};
  const step = (name: string) => {
    did.push(name);
    return name === lost ? 'lost' : 'written';
  };
  const attempt = {
    invocation: { deadlineMs: NOW_MS + 30_000 },
    message: {
      facts: { receivedAtMs: 41, sentAtMs: 42, ...facts },
      record: {
        attributes: { ApproximateReceiveCount: '1' },
        messageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]),
        ),
      },
    },
    claimed: {
      claim: { eventId: 'msg_1' },
      record: { attempts: 2, attempts_total: 5, handlers: {}, failures: [], ...record },
    },
    dependencies: {
      clock: new VirtualClock(NOW_MS),
      policy: { maxReceiveCount: 50 },
      ledger: {
        read: async () => undefined,
        failForGood: async () => step('record'),
        releaseDeadLetter: async (_: unknown, release: Release) => {
          seen.release = release;
          return step('release');
        },
      },
      queue: {
        hide: async () => step('hide'),
        copyToDeadLetters: async (_: unknown, failure: string) => {
          seen.failure = JSON.parse(failure);
          step('copy');
        },
      },
      metrics: { deadLettered: step, deferred: () => step('deferred') },
      logger: { error: () => step('say'), warn: () => step('lost ownership') },
    },
  } as unknown as Attempt;
  return { attempt, did, seen };
}

const CAUSE = { reason: 'permanent', message: 'why' } as const;

test('record, copy, release: then the message may go', async () => {
  const { attempt, did, seen } = given({
    record: { first_attempt_at_ms: 7 },
    attributes: { 'svix-timestamp': '9' },
  });
  expect(await deadLetter(attempt, CAUSE)).toBe('acknowledge');
  expect(did).toEqual(['record', 'copy', 'permanent', 'say', 'release']);
  expect(seen.failure).toEqual({
    ...CAUSE,
    handlers: [],
    attempts: 2,
    firstAttemptAtMs: 7,
    failedAtMs: NOW_MS,
  });
  expect(seen.release).toEqual({
    forgottenHandlers: [],
    // Nothing ran: a redrive need not wait for the lease.
    someStillRunning: false,
    letter: { atMs: NOW_MS - SKEW_MS, signedAtSeconds: 9, receivedAtMs: 41 },
  });
});

test('the letter stands for what SQS took until its message, whatever the clocks', async () => {
  const { attempt, seen } = given({ facts: { sentAtMs: NOW_MS - SKEW_MS + 1 } });
  await deadLetter(attempt, CAUSE);
  expect(seen.release?.letter).toMatchObject({ atMs: NOW_MS - SKEW_MS + 1, signedAtSeconds: 0 });
  expect(seen.failure).not.toHaveProperty('firstAttemptAtMs');
});

test('what ran is on the record, on the letter and in the release', async () => {
  const mark = { failed_at_ms: 1, attempt: 1, error: 'E', message: 'm' };
  const { attempt, seen } = given({ record: { handlers: { before: mark } } });
  const failed = [{ handler: 'now', failedAtMs: 3, error: 'E', message: 'm', retryable: false }];
  await deadLetter(attempt, { ...CAUSE, result: { completed: {}, failed, someStillRunning: true } });
  expect(seen.release).toMatchObject({ forgottenHandlers: ['before', 'now'], someStillRunning: true });
  expect(seen.failure).toMatchObject({ handlers: [{ handler: 'before' }, { handler: 'now' }] });
});

test.each([
  ['record', ['record', 'lost ownership', 'deferred', 'hide']],
  ['release', ['record', 'copy', 'permanent', 'say', 'release', 'lost ownership', 'deferred', 'hide']],
])('lost at the %s to another attempt, the message goes back', async (lost, steps) => {
  const { attempt, did } = given({ lost });
  expect(await deadLetter(attempt, CAUSE)).toBe('return');
  expect(did).toEqual(steps);
});
