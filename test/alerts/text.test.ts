import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Alert } from '../../lambdas/alerts/message.ts';
import { createAlertOnSyncError } from '../../lambdas/alerts/on-sync-error.ts';
import { createAlertOnSyncPaused } from '../../lambdas/alerts/on-sync-paused.ts';
import { pagerDutyEvent } from '../../lambdas/alerts/pagerduty.ts';
import { slackMessage } from '../../lambdas/alerts/slack.ts';
import { alertSubject, oneLine, severalLines } from '../../lambdas/alerts/text.ts';
import { syncVariants } from '../../lambdas/events/samples.ts';
import type { SyncComplete, SyncPaused } from '../../lambdas/router/index.ts';
import { contextOf } from '../router/handler-context.ts';
import { anyText } from '../support/any-text.ts';
import { noticeOf } from './notice.ts';

async function alertFor(fields: Partial<Record<keyof typeof syncVariants.error, string>>): Promise<Alert> {
  const alerts: Alert[] = [];
  const handle = createAlertOnSyncError(async (alert) => void alerts.push(alert));
  await handle(contextOf({ ...syncVariants.error, ...fields } as SyncComplete));
  const [alert] = alerts;
  if (alert === undefined) throw new Error('no alert');
  return alert;
}
const textsOf = (alert: Alert) =>
  slackMessage({ alert, key: 'key', suppressed: 0 }).blocks.map(({ text }) => text.text);
/** What stands between the fences of the block of facts. */
const factsIn = (alert: Alert) => (textsOf(alert)[1] ?? '').replace(/^```\n|\n```$/g, '');

describe('Slack', () => {
  test.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['<https://evil.example|here>', '&lt;https:\u200b//evil.example|here&gt;'],
    ['&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
    ['@channel and me@example.com', '@\u200bchannel and me@example.com'],
    ['```\n*Customer:* forged', "'''\n    *Customer:* forged"],
    ['first\nCustomer:   forged', 'first\n    Customer:   forged'],
  ])('%j writes no link, mention, mark-up or line of its own', async (sent, shown) => {
    expect(factsIn(await alertFor({ error_message: sent }))).toContain(`Error:      ${shown}\nRun:`);
  });

  test('takes whatever the payload holds', async () => {
    const piece = fc.constantFrom(
      '<!channel>',
      '&',
      '@all',
      '```',
      '\n',
      '😀',
      'https://evil.example',
      'word ',
    );
    const value = fc.oneof(
      anyText(),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.tuple(piece, fc.nat(5_000)).map(([part, count]) => part.repeat(count)),
    );
    const fields = fc.record({
      customer_id: value,
      provider_name: value,
      object: value,
      error_message: value,
    });
    await fc.assert(
      fc.asyncProperty(fields, async (given) => {
        const alert = await alertFor(given);
        const message = slackMessage({ alert, key: 'key', suppressed: 2 });
        for (const text of [message.text, ...message.blocks.map((block) => block.text.text)]) {
          expect(text.length).toBeGreaterThan(0);
          expect(text.length).toBeLessThanOrEqual(3_000);
          expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)|(?<![\w.+-])@[a-z]|:\/\/|\p{Surrogate}/u);
        }
        expect(factsIn(alert)).not.toContain('`');
      }),
      { numRuns: 60 },
    );
  });
});

describe('Slack’s limits', () => {
  test('a title of what is escaped is cut to half a block', () => {
    const title = slackMessage(noticeOf({ title: '&'.repeat(600) })).text;
    expect(title).toMatch(/^(?:&amp;)+\n\.\.\.$/);
    expect([title.length <= 1_500, title.length > 1_490]).toEqual([true, true]);
  });

  test.each([
    [2_976, false],
    [2_977, true],
  ])('a fact of %i characters is cut: %s', (characters, isCut) => {
    const [, facts] = slackMessage(noticeOf({ facts: [['Error', 'x'.repeat(characters)]] })).blocks;
    expect(facts?.text.text.endsWith('\n...\n```')).toBe(isCut);
    expect(facts?.text.text.length).toBeLessThanOrEqual(3_000);
  });
});

describe('PagerDuty', () => {
  test('takes whatever the payload holds', async () => {
    const value = fc.oneof(
      anyText(),
      anyText({ minLength: 1, maxLength: 4 }).map((part) => part.repeat(60_000)),
    );
    const fields = fc.record({
      customer_id: value,
      provider_name: value,
      object: value,
      error_message: value,
    });
    await fc.assert(
      fc.asyncProperty(fields, async (given) => {
        const event = pagerDutyEvent({ alert: await alertFor(given), key: 'key', suppressed: 0 }, 'key');
        expect(event.payload.summary).toMatch(/^Supaglue sync failed: /);
        expect(event.payload.summary.length).toBeLessThanOrEqual(1_024);
        expect(event.payload.source).not.toBe('');
        expect(JSON.stringify(event)).not.toMatch(/\\u|\\r|\p{Surrogate}/u);
        // The API takes 512 KB.
        expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(512 * 1024);
      }),
      { numRuns: 25 },
    );
  });
});

describe('alert-on-sync-paused', () => {
  const event: SyncPaused = {
    webhook_event_type: 'sync.paused',
    run_id: undefined,
    connection_id: 'example-connection',
    customer_id: 'example-customer',
    provider_name: 'hubspot',
    type: 'object',
    object_type: 'standard',
    object: 'contact',
    pause_reason: 'example: sign in again',
  };
  const told = async (fields: Partial<SyncPaused>) => {
    const alerts: Alert[] = [];
    await createAlertOnSyncPaused(async (alert) => void alerts.push(alert))(
      contextOf({ ...event, ...fields }),
    );
    return alerts;
  };

  test('says what stands still, and why', async () => {
    expect(await told({})).toEqual([
      {
        kind: 'sync-paused',
        severity: 'warning',
        eventId: 'msg_example_0001',
        receivedAt: new Date('2026-11-01T12:00:00.000Z'),
        about: ['example-customer', 'hubspot', 'object', 'standard', 'contact'],
        headline: 'Supaglue paused a sync.',
        title: 'Supaglue sync paused: hubspot contact for customer example-customer',
        facts: [
          ['Customer', 'example-customer'],
          ['Provider', 'hubspot'],
          ['Object', 'contact (standard)'],
          ['Reason', 'example: sign in again'],
          ['Run', 'not given'],
          ['Connection', 'example-connection'],
          ['Event', 'msg_example_0001'],
          ['Received', '2026-11-01T12:00:00.000Z'],
        ],
      },
    ]);
  });

  test('of an entity, which the event does not name, is told of its connection', async () => {
    const [alert] = await told({ object: undefined, object_type: undefined });
    expect(alert).toMatchObject({
      about: ['example-customer', 'hubspot', 'entity', 'example-connection'],
      title: 'Supaglue sync paused: hubspot an entity for customer example-customer',
    });
    expect(alert?.facts).toContainEqual(['Entity', 'not told: Supaglue names the connection alone']);
  });

  test('says so when no reason was given', async () => {
    const [alert] = await told({ pause_reason: undefined, run_id: 'example-run' });
    expect(alert?.facts).toContainEqual(['Reason', 'no reason was given']);
    expect(alert?.facts).toContainEqual(['Run', 'example-run']);
  });
});

describe('texts', () => {
  test.each([
    ['a title  of\n\ntwo lines ', 'a title of two lines'],
    ['x'.repeat(99), 'x'.repeat(99)],
    ['x'.repeat(100), `${'x'.repeat(96)}...`],
  ])('the subject of %j', (text, subject) => {
    expect(alertSubject(text)).toBe(subject);
  });

  test.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc...'],
    ['ab😀', 3, 'ab...'],
    ['a😀b', 3, 'a😀...'],
  ])('%j in %i characters', (text, maxCharacters, line) => {
    expect(oneLine(text, maxCharacters)).toBe(line);
  });

  test('every end of a line is a line feed', () => {
    expect(severalLines('a\rb\r\nc\u2028d\u2029e', 100)).toBe('a\nb\nc\nd\ne');
  });
});
