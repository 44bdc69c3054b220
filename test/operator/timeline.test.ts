import { describe, expect, test } from '@jest/globals';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { timelineText } from '../../operator/commands/events/timeline-text.ts';
import { stepLine } from '../../operator/commands/send/send-text.ts';
import { timelineOf } from '../../operator/core/timeline.ts';
import { failure, RECEIVED_AT_MS, record } from './records.ts';

describe('the timeline of a record', () => {
  test('is in the order of time, with what is planned at its end', () => {
    const retrying = record({
      status: 'FAILED',
      failures: [failure],
      handlers: { audit: RECEIVED_AT_MS + 15 },
      not_before_ms: RECEIVED_AT_MS + 5_000,
    });
    expect(timelineOf(retrying).map(({ entry }) => entry)).toEqual([
      'received',
      'first-attempt',
      'handler-completed',
      'failed',
      'next-attempt',
      'expires',
    ]);
    const text = timelineText(retrying, RECEIVED_AT_MS + 2_000);
    expect(text).toContain('2026-11-23 12:00:00.020 20 ms');
    expect(text).toContain('next attempt, in 3 s');
    expect(timelineText(retrying, RECEIVED_AT_MS + 9_000)).toContain('next attempt due since');
  });

  test('a completion says what its handler noted', () => {
    const noted = record({
      status: 'COMPLETED',
      handlers: { transform: RECEIVED_AT_MS + 15 },
      notes: { transform: 'Supaglue reports 7 records' },
    });
    expect(timelineText(noted, RECEIVED_AT_MS + 2_000)).toMatch(
      /handler transform completed: Supaglue reports 7\s+records/,
    );
  });

  test('an item without times is shown without them', () => {
    const { received_at_ms: _, first_attempt_at_ms: __, expires_at: ___, ...rest } = record({});
    const bare = rest as LedgerRecord;
    expect(timelineOf(bare)).toEqual([]);
    expect(timelineText(bare, RECEIVED_AT_MS)).toContain(bare.event_id);
    const failed = { ...bare, status: 'FAILED', failures: [failure] } as LedgerRecord;
    expect(timelineText(failed, RECEIVED_AT_MS + 60_000)).toContain('12:00:00.020 0 ms ');
  });

  test('a permanent failure is listed once, also when it is not among the last ten failures', () => {
    const state = {
      failed_at_ms: failure.at_ms,
      attempt: 1,
      error: 'TypeError',
      message: 'no such customer',
    };
    const fields = { status: 'FAILED', attempts: 0, dead_letter_reason: 'permanent' } as const;
    const both = record({ ...fields, failures: [failure], handlers: { backfill: state } });
    const stateAlone = record({ ...fields, handlers: { backfill: state } });
    for (const each of [both, stateAlone]) {
      const entries = timelineOf(each).filter(({ entry }) => entry === 'failed');
      expect(entries).toHaveLength(1);
      expect(entries[0]).toMatchObject({ handler: 'backfill', error: 'TypeError', attempt: 1 });
    }
  });

  test('a live lease and one that has run out', () => {
    const running = record({ lease_expires_at_ms: RECEIVED_AT_MS + 40_000 });
    expect(timelineText(running, RECEIVED_AT_MS + 10_000)).toContain("attempt's lease ends, in 30 s");
    expect(timelineText(running, RECEIVED_AT_MS + 50_000)).toContain('it died');
  });

  test('fits 80 columns and loses nothing of a long word', () => {
    const path = `/opt/${'very-long-directory/'.repeat(8)}handler.ts:12:34`;
    const text = timelineText(
      record({
        status: 'FAILED',
        attempts: 0,
        dead_letter_reason: 'permanent',
        failures: [{ ...failure, message: `cannot load ${path}` }],
      }),
      RECEIVED_AT_MS + 1_000,
    );
    const rows = text.split('\n\n')[1]?.split('\n') ?? [];
    for (const line of rows) expect([...line].length).toBeLessThanOrEqual(80);
    expect(rows.map((line) => line.slice(33)).join('')).toContain(path);
  });

  test('a place in a file is whole, however long: an editor opens it', () => {
    const frame = `at run (/home/somebody/${'deep/'.repeat(10)}handler.ts:12:34)`;
    const text = timelineText(
      record({ status: 'FAILED', failures: [{ ...failure, stack: `${frame}\nat other (x.ts:1:2)` }] }),
      RECEIVED_AT_MS + 1_000,
    );
    expect(text.split('\n')).toContain(`attempt 1  ${frame}`);
    const short = 'at run (app/handlers/pause-billing.ts:123:45)';
    const beside = record({ status: 'FAILED', failures: [{ ...failure, stack: short }] });
    expect(timelineText(beside, RECEIVED_AT_MS + 1_000)).toContain('(app/handlers/pause-billing.ts:123:45)');
    expect(timelineText(beside, RECEIVED_AT_MS + 1_000)).not.toContain('attempt 1  ');
  });

  test('what a payload or an error carries cannot write to the terminal', () => {
    const text = timelineText(
      record({
        event_type: 'x\u001b[2Jy',
        customer_id: 'a\nb\u202ec',
        failures: [{ ...failure, message: '\u001b]0;title\u0007' }],
      }),
      RECEIVED_AT_MS,
    );
    expect(text).not.toMatch(/[^\P{Control}\n]|\p{Bidi_Control}/u);
  });
});

describe('within 80 columns', () => {
  const long = {
    ...failure,
    handler: 'pause-billing',
    message: `fetch failed: getaddrinfo ENOTFOUND billing.example.com, ${'and what it was for, '.repeat(8)}`,
  };
  const dead = record({
    event_id: `msg_${'x'.repeat(40)}`,
    event_type: 'entity.entity_mapping.updated',
    status: 'FAILED',
    attempts: 0,
    dead_letter_reason: 'attempts-exhausted',
    failures: [long],
  });
  const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

  test('events show', () => {
    expect(widest(timelineText(dead, RECEIVED_AT_MS))).toBeLessThanOrEqual(80);
  });

  test('the steps of send, and what follows but for the command to copy', () => {
    const step = { step: 'attempt-failed' as const, seen_after_ms: 470, ...long, stack: undefined };
    const line = stepLine(step, dead, RECEIVED_AT_MS);
    expect(widest(line)).toBeLessThanOrEqual(80);
    expect(line.replaceAll(/\n +/g, ' ')).toContain(
      `attempt 1 failed in pause-billing: TypeError: ${long.message.trim()}`,
    );
  });
});
