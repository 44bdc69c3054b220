import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routeBody } from '../../lambdas/ingest/routing.ts';
import { anyText } from '../support/any-text.ts';

const APPLICATION = '0f2c9a34-1b1d-4c8e-9a52-3d6f2b7c1e55';
const route = (payload: unknown) => routeBody(Buffer.from(JSON.stringify(payload)));

describe('routeBody', () => {
  test('reads type and customer', () => {
    expect(route({ webhook_event_type: 'object.field_mapping.created', customer_id: 'acme' })).toEqual({
      eventType: 'object.field_mapping.created',
      messageGroupId: 'acme',
    });
  });

  test('one customer has one group, whatever form its id comes in', () => {
    const created = route({ webhook_event_type: 'connection.created', customer_id: 'acme:eu' });
    const deleted = route({
      webhook_event_type: 'connection.deleted',
      customer_id: `${APPLICATION}:acme:eu`,
    });
    expect(deleted.messageGroupId).toBe('acme:eu');
    expect(created.messageGroupId).toBe(deleted.messageGroupId);
  });

  test.each([['with space'], ['Zoë'], ['x'.repeat(129)], ['a\tb'], ['👩‍🚀']])(
    'hashes the customer %j',
    (customer) => {
      const { messageGroupId } = route({ webhook_event_type: 'sync.complete', customer_id: customer });
      expect(messageGroupId).toMatch(/^sha256-[0-9a-f]{64}$/);
      expect(route({ customer_id: customer }).messageGroupId).toBe(messageGroupId);
    },
  );

  test.each([
    ['first', (customer: string) => `x${customer.slice(1)}`],
    ['last', (customer: string) => `${customer.slice(0, -1)}x`],
  ])('customers that differ in the %s of very many characters have a group each', (_, other) => {
    const customer = 'é'.repeat(5_000);
    const groupOf = (customerId: string) => route({ customer_id: customerId }).messageGroupId;
    expect(groupOf(other(customer))).not.toBe(groupOf(customer));
  });

  test('a type is cut to 128 characters, in a body that is parsed and in one that is scanned', () => {
    const type = 'a'.repeat(129);
    expect(route({ webhook_event_type: type }).eventType).toBe('a'.repeat(128));
    expect(route({ webhook_event_type: type, pad: 'x'.repeat(20_000) }).eventType).toBe('a'.repeat(128));
  });

  test('a customer of 128 characters and punctuation is kept', () => {
    const customer = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'.padEnd(128, 'a');
    expect(route({ customer_id: customer }).messageGroupId).toBe(customer);
  });

  test('events without a customer share a group by type', () => {
    expect(route({ webhook_event_type: 'supaglue-webhooks.ping' }).messageGroupId).toBe(
      'no-customer:supaglue-webhooks.ping',
    );
    expect(route({ customer_id: 7 }).messageGroupId).toBe('no-customer:unknown');
  });

  test.each([
    '',
    'not json',
    'null',
    '7',
    '"text"',
    '[]',
    '{"webhook_event_type":7}',
    '{"webhook_event_type":""}',
    '['.repeat(100_000),
  ])('the type of %.30j is unknown', (body) => {
    expect(routeBody(Buffer.from(body)).eventType).toBe('unknown');
  });

  test('whatever is in the body, both fit SQS', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          fc.json(),
          fc
            .record({
              webhook_event_type: anyText(),
              customer_id: anyText(),
            })
            .map((payload) => JSON.stringify(payload)),
        ),
        (body) => {
          const { eventType, messageGroupId } = routeBody(Buffer.from(body));
          expect(eventType).toMatch(/^[A-Za-z0-9._:-]{1,128}$/);
          expect(messageGroupId).toMatch(/^[!-~]{1,128}$/);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
