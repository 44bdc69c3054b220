import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addAlerts } from '../../lambdas/alerts/add-alerts.ts';
import type { Alert } from '../../lambdas/alerts/message.ts';
import { createAlertOnSyncError } from '../../lambdas/alerts/on-sync-error.ts';
import { topicMessage } from '../../lambdas/alerts/topic.ts';
import { samples, syncVariants } from '../../lambdas/events/samples.ts';
import { EventRouter, type SyncComplete } from '../../lambdas/router/index.ts';
import { contextOf } from '../router/handler-context.ts';
import { anyText } from '../support/any-text.ts';

interface Told {
  readonly subject: string;
  readonly body: string;
}

/** What an email of SNS would say. */
async function alertsFor(payload: object): Promise<readonly Told[]> {
  const alerts: Told[] = [];
  const router = new EventRouter().on(
    'sync.complete',
    'alert',
    createAlertOnSyncError(
      async (alert) => void alerts.push(topicMessage({ alert, key: 'key', suppressed: 0 })),
    ),
  );
  const result = await router.validate('sync.complete', payload);
  if (!result.ok) {
    throw new Error(`refused: ${result.issues.join('; ')}`);
  }
  for (const { handle } of router.handlersFor('sync.complete')) {
    await handle(contextOf(result.event, { eventId: 'msg_example_0001' }));
  }
  return alerts;
}

const entityError = { ...syncVariants.entity, result: 'ERROR', error_message: 'example: gone' };

describe('alert-on-sync-error', () => {
  test('is registered for sync.complete, its sibling for sync.paused', () => {
    expect(addAlerts(new EventRouter(), {}).registrations()).toEqual({
      byType: { 'sync.complete': ['alert-on-sync-error'], 'sync.paused': ['alert-on-sync-paused'] },
      any: [],
    });
  });

  test.each([
    ['an object', samples['sync.complete']],
    ['an entity', syncVariants.entity],
    ['the historical form', syncVariants.historical],
  ])('says nothing when the sync of %s succeeded', async (_what, payload) => {
    expect(await alertsFor(payload)).toEqual([]);
  });

  test('says what failed: an object', async () => {
    expect(await alertsFor(syncVariants.error)).toEqual([
      {
        subject: 'Supaglue sync failed: hubspot contact for customer example-customer',
        body: `A Supaglue sync failed.

Customer:   example-customer
Provider:   hubspot
Object:     contact (standard)
Error:      example: the provider answered 401 Unauthorized
Run:        00000000-0000-4000-8000-000000000003
Connection: 00000000-0000-4000-8000-00000000000c
Event:      msg_example_0001
Received:   2026-11-01T12:00:00.000Z

See what became of the event:
  npx supaglue-webhooks events show msg_example_0001
`,
      },
    ]);
  });

  test('says what failed: an entity', async () => {
    const [alert] = await alertsFor(entityError);
    expect(alert?.subject).toBe('Supaglue sync failed: hubspot example_entity for customer example-customer');
    expect(alert?.body).toContain('\nEntity:     example_entity (00000000-0000-4000-8000-00000000000e)\n');
  });

  test('says what failed: an entity without a name, an error without a message', async () => {
    const { entity_name: _name, error_message: _message, ...rest } = entityError;
    const [alert] = await alertsFor(rest);
    expect(alert?.body).toContain(
      `\nEntity:     ${rest.entity_id} (no name)\nError:      no message was given\n`,
    );
  });

  test.each([
    ['an object', syncVariants.error, ['object', 'standard', 'contact']],
    ['an entity', entityError, ['entity', '00000000-0000-4000-8000-00000000000e']],
  ])('is about customer, provider and %s', async (_what, payload, what) => {
    const alerts: Alert[] = [];
    const handle = createAlertOnSyncError(async (alert) => void alerts.push(alert));
    await handle(contextOf(payload as SyncComplete));
    expect(alerts).toEqual([
      expect.objectContaining({
        kind: 'sync-error',
        severity: 'error',
        about: ['example-customer', 'hubspot', ...what],
      }),
    ]);
  });

  test('names the run of the historical form', async () => {
    const [alert] = await alertsFor({ ...syncVariants.historical, result: 'ERROR' });
    expect(alert?.body).toContain(`\nRun:        ${syncVariants.historical.history_id}\n`);
  });

  test('a payload cannot write lines of its own into the alert', async () => {
    const [alert] = await alertsFor({
      ...syncVariants.error,
      customer_id: 'evil\nProvider:   faked\u2028Run: faked',
      error_message: 'first\r\nEvent:      faked\n\n\tat line\u0007',
    });
    expect(alert?.body).toContain('Customer:   evil Provider: faked Run: faked\n');
    expect(alert?.body).toContain('Error:      first\n    Event:      faked\n    \tat line\n');
  });

  test('the subject is cut and ASCII', async () => {
    const [alert] = await alertsFor({ ...syncVariants.error, customer_id: `Zoë\n😀 ${'x'.repeat(200)}` });
    expect(alert?.subject).toBe(
      `Supaglue sync failed: hubspot contact for customer Zo? ? ${'x'.repeat(39)}...`,
    );
    expect(alert?.subject).toHaveLength(99);
  });

  test('whatever the payload holds, SNS takes the alert', async () => {
    const value = fc.oneof(
      anyText(),
      anyText({ minLength: 1, maxLength: 4 }).map((part) => part.repeat(60_000)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          customer_id: value,
          provider_name: value,
          object: value,
          run_id: value,
          error_message: value,
        }),
        async (fields) => {
          const [alert] = await alertsFor({ ...syncVariants.error, ...fields });
          expect(alert?.subject).toMatch(/^[A-Za-z][\x20-\x7e]{0,98}$/);
          expect(Buffer.byteLength(alert?.body ?? '')).toBeLessThan(256 * 1024);
          expect(alert?.body).not.toMatch(/[^\P{Control}\n\t]|\p{Surrogate}/u);
          expect(alert?.body.match(/^Event: +msg_example_0001$/gm)).toHaveLength(1);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a topic that does not take the alert makes the handler fail, retryably', async () => {
    const failing = createAlertOnSyncError(async () => {
      throw new Error('throttled');
    });
    const event = { ...syncVariants.error, run_id: 'run' } as SyncComplete;
    await expect(failing(contextOf(event))).rejects.toThrow('throttled');
  });

  test('the signal of the attempt is handed on', async () => {
    const signals: AbortSignal[] = [];
    const { signal } = new AbortController();
    const handle = createAlertOnSyncError(async (_alert, context) => void signals.push(context.signal));
    await handle(contextOf(syncVariants.error as SyncComplete, { signal }));
    expect(signals).toHaveLength(1);
    // By identity: two signals are equal to `toEqual`.
    expect(signals[0]).toBe(signal);
  });
});
