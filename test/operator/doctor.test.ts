import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { FollowEnd } from '../../operator/core/follow-event.ts';
import { judgeAlerts } from '../../operator/doctor/judge-alerts.ts';
import { judgeClock } from '../../operator/doctor/judge-clock.ts';
import { judgeConsumerSource } from '../../operator/doctor/judge-consumer.ts';
import { judgeLedgerRetention, judgeTimeToLive } from '../../operator/doctor/judge-ledger.ts';
import { judgePing, type PingFacts } from '../../operator/doctor/judge-ping.ts';
import {
  judgeBacklog,
  judgeDeadLetters,
  judgeRetention,
  judgeVisibility,
} from '../../operator/doctor/judge-queues.ts';
import { judgeSecret } from '../../operator/doctor/judge-secret.ts';
import { judgeSupaglue } from '../../operator/doctor/judge-supaglue.ts';

const DAY = 86_400;
const secretOf = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;

describe('what each check makes of what it reads', () => {
  test.each([
    ['none', undefined, 'fail', /none is stored/],
    ['an empty one', ' ', 'fail', /malformed: there is none/],
    ['malformed', 'whsec_...', 'fail', /placeholder/],
    ['equal bytes', secretOf(Buffer.alloc(32)), 'fail', /all bytes/],
    ['a text', secretOf(Buffer.from('correct horse battery staple')), 'warn', /readable text/],
    ['random', secretOf(randomBytes(32)), 'ok', /^1, valid/],
    ['two', `${secretOf(randomBytes(24))} ${secretOf(randomBytes(64))}`, 'ok', /^2, all valid/],
  ] as const)('secret: %s', (_, stored, status, finding) => {
    expect(judgeSecret(stored)).toMatchObject({ status, finding: expect.stringMatching(finding) });
  });

  test.each([
    [undefined, 'note', /no answer held a date/],
    [400, 'ok', /in step/],
    [-59_000, 'ok', /59 s behind/],
    [61_000, 'warn', /61 s ahead of/],
    [-241_000, 'fail', /4 min behind AWS: what it signs is refused/],
  ] as const)('clock: %s ms', (skewMs, status, finding) => {
    expect(judgeClock(skewMs)).toMatchObject({ status, finding: expect.stringMatching(finding) });
  });

  test.each([
    [216, 35, 0, 'ok'],
    [210, 35, 0, 'ok'],
    [209, 35, 0, 'warn'],
    [214, 35, 5, 'warn'],
    [30, 35, 0, 'fail'],
  ] as const)(
    'visibility: %s s, function %s s, window %s s',
    (visibilitySeconds, timeout, window, status) => {
      const facts = { visibilitySeconds, functionTimeoutSeconds: timeout, batchingWindowSeconds: window };
      expect(judgeVisibility(facts).status).toBe(status);
    },
  );

  test.each([
    ['as deployed', 7 * DAY, 14 * DAY, 7 * DAY, 'ok', /^queue 7 days, dead letters 14 days$/],
    ['equal', 7 * DAY, 7 * DAY, 7 * DAY, 'fail', /keeps the time of its first enqueue/],
    ['shortened', 4 * DAY, 14 * DAY, 4 * DAY, 'warn', /stands still for longer/],
    ['shortened by hand', 4 * DAY, 14 * DAY, 7 * DAY, 'fail', /plans retries for 7 days/],
  ] as const)('retention: %s', (_, queueSeconds, deadLetterSeconds, consumerSeconds, status, finding) => {
    expect(judgeRetention({ queueSeconds, deadLetterSeconds, consumerSeconds })).toMatchObject({
      status,
      finding: expect.stringMatching(finding),
    });
  });

  test.each([
    [undefined, 'fail', /LEDGER_RETENTION_DAYS/],
    [1, 'fail', /up to 33 h: an event would run twice/],
    [1.4, 'fail', /dead-letter queue/],
    [22, 'warn', /resend/],
    [100, 'ok', /^100 days/],
  ] as const)('ledger: %s days', (days, status, finding) => {
    expect(judgeLedgerRetention(days)).toMatchObject({ status, finding: expect.stringMatching(finding) });
  });

  test.each([
    [{}, 'note', /^no database/],
    [{ DATABASE_SECRET_ID: 'arn' }, 'note', /^no API key is configured/],
    [
      { DATABASE_SECRET_ID: 'arn', SUPAGLUE_API_URL: 'https://supaglue.example.com/mgmt/v2' },
      'ok',
      /^its API key is used at https:\/\/supaglue\.example\.com\/mgmt\/v2$/,
    ],
  ] as const)('supaglue: %j', (environment, status, finding) => {
    expect(judgeSupaglue(environment)).toMatchObject({ status, finding: expect.stringMatching(finding) });
  });

  test('ledger expiry', () => {
    const status = (state: string, attribute?: string) =>
      judgeTimeToLive({ status: state, attribute }).status;
    expect(judgeTimeToLive(undefined).status).toBe('note');
    expect(status('ENABLED', 'expires_at')).toBe('ok');
    expect(status('ENABLED', 'ttl')).toBe('warn');
    expect(status('DISABLED')).toBe('warn');
  });

  test.each([
    [0, 0, 'warn', /no subscription/],
    [0, 1, 'fail', /1 not confirmed/],
    [1, 1, 'warn', /1 confirmed, 1 not/],
    [1, 0, 'ok', /1 subscription, confirmed/],
  ] as const)('alerts: %s confirmed, %s pending', (confirmed, pending, status, finding) => {
    expect(judgeAlerts({ confirmed, pending })).toMatchObject({
      status,
      finding: expect.stringMatching(finding),
    });
  });

  test.each([
    ['Enabled', 'ok', undefined],
    ['Disabled', 'warn', 'resume'],
    ['Updating', 'warn', undefined],
    ['Deleting', 'fail', undefined],
  ] as const)('consumer: %s', (state, status, command) => {
    const source = { uuid: 'u', state, functionName: 'f', batchSize: 10, batchingWindowSeconds: 0 };
    const finding = judgeConsumerSource(source);
    expect([finding.status, finding.command]).toEqual([status, command]);
  });

  test('dead letters and backlog', () => {
    expect(judgeDeadLetters(0).status).toBe('ok');
    expect(judgeDeadLetters(3)).toMatchObject({ status: 'warn', command: 'dlq list' });
    expect(judgeBacklog({ visible: 0, hidden: 4, oldestSeconds: undefined }).status).toBe('ok');
    expect(judgeBacklog({ visible: 9, hidden: 0, oldestSeconds: 60 }).status).toBe('ok');
    expect(judgeBacklog({ visible: 9, hidden: 0, oldestSeconds: 7200 })).toMatchObject({
      status: 'warn',
      finding: '9 waiting, 0 in work or backing off; the oldest came 2 h ago',
    });
  });
});

describe('the ping', () => {
  const record: LedgerRecord = {
    event_id: 'msg_1',
    status: EventStatus.COMPLETED,
    attempts: 1,
    attempts_total: 1,
    handlers: {},
    failures: [],
    body_sha256: '',
    event_type: 'supaglue-webhooks.ping',
    received_at_ms: 1_000,
    first_attempt_at_ms: 1_080,
    completed_at_ms: 1_120,
    updated_at_ms: 1_120,
    expires_at: 0,
  };
  const judge = (status: number, rest: Partial<PingFacts> & { code?: string } = {}) => {
    const { code, ...facts } = rest;
    const answer = { status, took_ms: 35, ...(code === undefined ? {} : { code }) };
    return judgePing({ eventId: 'msg_1', answer, isPaused: false, timeoutMs: 30_000, ...facts });
  };

  test('COMPLETED, with its times', () => {
    expect(judge(200, { followed: { end: FollowEnd.COMPLETED, record } })).toEqual({
      status: 'ok',
      finding: 'accepted after 35 ms, first attempt after 80 ms, COMPLETED after 120 ms',
    });
  });

  test('accepted, and then nothing good', () => {
    expect(judge(200, { isPaused: true })).toMatchObject({ status: 'warn', command: 'resume' });
    expect(judge(200, { followed: { end: FollowEnd.PENDING } })).toMatchObject({
      status: 'fail',
      finding: expect.stringContaining('no consumer has taken it within 30 s'),
    });
    for (const end of [FollowEnd.RETRYING, FollowEnd.DEAD_LETTERED, FollowEnd.PENDING]) {
      expect(judge(200, { followed: { end, record } })).toMatchObject({
        status: 'fail',
        command: 'events show msg_1',
      });
    }
  });

  test.each([
    [401, 'invalid-signature', /another secret/],
    [500, 'not-configured', /no valid secret/],
    [403, 'source-not-allowed', /allowedSources/],
    [503, 'unavailable', /SQS or Secrets Manager/],
    [500, undefined, /does not start/],
    [429, undefined, /throttled/],
    [404, undefined, /something else answers/],
    [302, undefined, /a proxy/],
    [302, 'constructor', /a proxy/],
  ] as const)('refused with %s %s', (status, code, mend) => {
    const finding = judge(status, code === undefined ? {} : { code });
    expect(finding).toMatchObject({ status: 'fail', mend: expect.stringMatching(mend) });
    expect(finding.finding).toContain(`answered with ${status}`);
  });
});
