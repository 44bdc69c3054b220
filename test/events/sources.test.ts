import { describe, expect, test } from '@jest/globals';
import { clerk, openAi, standardWebhooks, supaglue, svix } from '../../lambdas/events/sources.ts';
import { validateWith } from '../../lambdas/router/validation.ts';

describe.each([
  ['svix', svix, 'data.appId', ['appId', 'endpointId', 'msgId']],
  ['openAi', openAi, undefined, ['id']],
  ['clerk', clerk, 'data.id', ['id', 'user_id', 'name']],
] as const)('%s', (_name, source, customer, names) => {
  test('tells its types and its customers apart', () => {
    expect(source.type).toBe('type');
    expect('customer' in source ? source.customer : undefined).toBe(customer);
  });

  test.each(Object.entries(source.schemas))(
    '%s: keeps what is sent, and asks for what handlers need',
    async (type, schema) => {
      const event = { type, data: Object.fromEntries(names.map((name) => [name, 'example'])), more: [1] };
      expect(await validateWith(schema, event)).toEqual({ ok: true, event });
      for (const wrong of [{ ...event, type: 'other' }, { ...event, data: {} }, { type }]) {
        expect(await validateWith(schema, wrong)).toMatchObject({ ok: false });
      }
    },
  );
});

test('the standard’s own shape names nobody, another application of Supaglue its customer', () => {
  expect(standardWebhooks).toEqual({ type: 'type', schemas: {} });
  expect(supaglue).toMatchObject({ type: 'webhook_event_type', customer: 'customer_id' });
});
