import type { Alert, Notice } from '../../lambdas/alerts/message.ts';

/** A fictional alert, as a handler describes it. */
export function alertOf(overrides: Partial<Alert> = {}): Alert {
  return {
    kind: 'sync-error',
    severity: 'error',
    eventId: 'msg_example_0001',
    receivedAt: new Date('2026-11-01T12:00:00.000Z'),
    about: ['example-customer', 'hubspot', 'object', 'standard', 'contact'],
    headline: 'A Supaglue sync failed.',
    title: 'Supaglue sync failed: hubspot contact for customer example-customer',
    facts: [
      ['Customer', 'example-customer'],
      ['Error', 'example: 401'],
    ],
    ...overrides,
  };
}

export function noticeOf(overrides: Partial<Alert> = {}, suppressed = 0): Notice {
  return { alert: alertOf(overrides), key: 'example-key', suppressed };
}
