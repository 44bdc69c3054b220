import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { FAILURE_SHARDS } from '../../lambdas/contract/ledger-table.ts';
import { claimedResult, refusedResult } from '../../lambdas/ledger/claim-result.ts';
import { failureBucket } from '../../lambdas/ledger/failure-bucket.ts';
import type { Claim, EventFacts } from '../../lambdas/ledger/ledger.ts';
import { isLettered } from '../../lambdas/ledger/letter.ts';
import {
  EventStatus,
  failedForGood,
  isCompleted,
  type LedgerRecord,
  parseRecord,
} from '../../lambdas/ledger/record.ts';

const NOW_MS = 1_000_000;
const event: EventFacts = {
  eventId: 'msg_1',
  eventType: 'sync.complete',
  bodySha256: 'a'.repeat(64),
  receivedAtMs: 900_000,
  sentAtMs: 900_010,
  signedAtSeconds: 899,
};
const claim: Claim = { eventId: 'msg_1', owner: 'me', leaseExpiresAtMs: 1_040_000, alone: true };
const claimed = {
  event_id: 'msg_1',
  event_type: 'sync.complete',
  body_sha256: 'a'.repeat(64),
  owner: 'me',
  lease_expires_at_ms: 1_040_000,
  updated_at_ms: NOW_MS,
};

describe('an applied claim', () => {
  test('of a new event is its first attempt', () => {
    expect(claimedResult(undefined, event, claim, NOW_MS, EventStatus.IN_PROGRESS)).toStrictEqual({
      outcome: 'claimed',
      claim,
      predecessorAbandoned: false,
      record: {
        ...claimed,
        handlers: {},
        failures: [],
        received_at_ms: 900_000,
        first_attempt_at_ms: NOW_MS,
        status: 'IN_PROGRESS',
        status_before: 'FAILED',
        attempts: 1,
        attempts_total: 1,
        expires_at: 0,
      },
    });
  });

  test('of an event that is not handled counts no attempt', () => {
    expect(claimedResult(undefined, event, claim, NOW_MS, EventStatus.COMPLETED)).toMatchObject({
      record: { status: 'COMPLETED', attempts: 0, attempts_total: 0 },
    });
  });

  test('goes on from what is recorded, without the wait and the reason of the letter', () => {
    const before = marshall({
      event_id: 'msg_1',
      status: 'IN_PROGRESS',
      owner: 'another',
      event_type: 'sync.start',
      body_sha256: 'b',
      handlers: { one: 5 },
      failures: [{ handler: 'two' }],
      received_at_ms: 7,
      first_attempt_at_ms: 8,
      attempts: 9,
      attempts_spent: 3,
      attempts_total: 11,
      not_before_ms: 12,
      dead_letter_reason: 'permanent',
      unfinished_dead_letter: 'permanent',
      expires_at: 13,
    });
    expect(claimedResult(before, event, claim, NOW_MS, EventStatus.IN_PROGRESS)).toStrictEqual({
      outcome: 'claimed',
      claim,
      predecessorAbandoned: true,
      unfinishedDeadLetter: 'permanent',
      record: {
        ...claimed,
        handlers: { one: 5 },
        failures: [{ handler: 'two' }],
        received_at_ms: 7,
        first_attempt_at_ms: 8,
        status: 'IN_PROGRESS',
        status_before: 'IN_PROGRESS',
        attempts: 4,
        attempts_spent: 3,
        attempts_total: 12,
        unfinished_dead_letter: 'permanent',
        expires_at: 13,
      },
    });
  });
});

describe('a refused claim', () => {
  const recorded = (changes: Partial<LedgerRecord>): LedgerRecord => ({
    event_id: 'msg_1',
    status: EventStatus.IN_PROGRESS,
    owner: 'another',
    attempts: 1,
    attempts_total: 1,
    handlers: {},
    failures: [],
    body_sha256: event.bodySha256,
    event_type: event.eventType,
    received_at_ms: 900_000,
    updated_at_ms: 990_000,
    expires_at: 0,
    ...changes,
  });
  const lettered = { lettered_at_ms: 900_010, not_before_ms: 2_000_000 };
  const told = (changes: Partial<LedgerRecord>) => refusedResult(recorded(changes), event, claim, NOW_MS);

  test.each<[string, Partial<LedgerRecord>, object]>([
    [
      'its lease',
      { lease_expires_at_ms: 1_030_000, not_before_ms: 1 },
      { outcome: 'busy', untilMs: 1_030_000 },
    ],
    ['a lease that is over', { lease_expires_at_ms: 999_999 }, { outcome: 'busy', untilMs: NOW_MS }],
    ['no lease', {}, { outcome: 'busy', untilMs: NOW_MS }],
    [
      'its backoff',
      { status: EventStatus.FAILED, not_before_ms: 1_020_000, lease_expires_at_ms: 1 },
      { outcome: 'busy', untilMs: 1_020_000 },
    ],
    ['a completion', { status: EventStatus.COMPLETED, ...lettered }, { outcome: 'completed' }],
    ['a letter', { status: EventStatus.FAILED, ...lettered }, { outcome: 'lettered' }],
    ['another body', { status: EventStatus.COMPLETED, body_sha256: 'b' }, { outcome: 'payload-mismatch' }],
  ])('is told by %s', (_by, changes, expected) => {
    expect(told(changes)).toStrictEqual(expected);
  });

  test('by its own effect is a claim, whatever else the record says', () => {
    const record = recorded({ owner: 'me', body_sha256: 'b', status_before: EventStatus.FAILED });
    expect(refusedResult(record, event, claim, NOW_MS)).toStrictEqual({
      outcome: 'claimed',
      claim,
      record,
      predecessorAbandoned: false,
    });
  });

  test('by a record that is gone comes again at once', () => {
    expect(refusedResult(undefined, event, claim, NOW_MS)).toStrictEqual({
      outcome: 'busy',
      untilMs: NOW_MS,
    });
  });

  const letter = { lettered_at_ms: 500, lettered_signed_at_seconds: 40, lettered_received_at_ms: 300 };
  test.each([
    ['SQS took it before the letter', letter, { sentAtMs: 499 }, true],
    ['SQS took it with the letter', letter, { sentAtMs: 500 }, true],
    ['a later delivery', letter, { signedAtSeconds: 41 }, false],
    ['the same delivery, received later', letter, { signedAtSeconds: 40 }, true],
    [
      'the same delivery, received as the letter: redriven',
      letter,
      { signedAtSeconds: 40, receivedAtMs: 300 },
      false,
    ],
    ['an older delivery', letter, { signedAtSeconds: 39 }, true],
    ['no letter', {}, { sentAtMs: 0 }, false],
    ['no letter, and a message without times', {}, { signedAtSeconds: 0 }, false],
    ['a letter of a message without times', { lettered_at_ms: 500 }, { signedAtSeconds: 0 }, true],
    ['the same, and a delivery', { lettered_at_ms: 500 }, { signedAtSeconds: 1, receivedAtMs: 0 }, false],
  ])('stands for the message: %s', (_what, record, message, expected) => {
    const facts = { receivedAtMs: 301, sentAtMs: 501, signedAtSeconds: 41, ...message };
    expect(isLettered(recorded(record), facts)).toBe(expected);
  });
});

test('an item’s absent maps, lists and counters are empty', () => {
  expect(parseRecord(marshall({ event_id: 'msg_1', status: 'FAILED', attempts: 2 }))).toStrictEqual({
    event_id: 'msg_1',
    status: 'FAILED',
    attempts: 2,
    attempts_total: 0,
    handlers: {},
    failures: [],
  });
});

test('a completed item’s attempts are all there were, unless it says; its last write was the completion', () => {
  const item = { event_id: 'msg_1', status: 'COMPLETED', attempts_total: 3, completed_at_ms: 9 };
  expect(parseRecord(marshall(item))).toMatchObject({ attempts: 3, updated_at_ms: 9 });
  expect(parseRecord(marshall({ ...item, attempts: 1 }))).toMatchObject({ attempts: 1 });
});

test.each([
  [undefined, false, false],
  [7, true, false],
  [{ failed_at_ms: 7, reason: 'permanent' } as never, false, true],
])('the state %j of a handler', (state, completed, forGood) => {
  expect([isCompleted(state), failedForGood(state)]).toEqual([completed, forGood]);
});

test('failures are spread by the last character of their ids', () => {
  expect(failureBucket(`b${String.fromCodePoint(FAILURE_SHARDS + 1)}`, 'DEAD')).toBe('DEAD#1');
  expect(failureBucket('', 'RETRYING')).toBe('RETRYING#0');
});
