import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeEvent, describeOther, isUntypedSync } from '../../lambdas/events/event-fields.ts';
import { samples } from '../../lambdas/events/samples.ts';
import { anyText } from '../support/any-text.ts';

describe('describeEvent', () => {
  test.each(Object.entries(samples))('%s: names its type', (name, payload) => {
    expect(describeEvent(payload).eventType).toBe(name);
  });

  test('reads customer, connection and provider', () => {
    expect(describeEvent(samples['sync.complete'])).toEqual({
      eventType: 'sync.complete',
      customerId: 'example-customer',
      connectionId: samples['sync.complete']['connection_id'],
      providerName: 'hubspot',
    });
  });

  test('every event of a customer carries the same customer', () => {
    expect(describeEvent(samples['connection.deleted']).customerId).toBe(
      describeEvent(samples['connection.created']).customerId,
    );
  });

  test.each([
    [null],
    ['text'],
    [[]],
    [7],
    [undefined],
    [{}],
    [{ webhook_event_type: '' }],
    [{ webhook_event_type: 7, customer_id: {}, connection_id: [], provider_name: false }],
  ])('%j: an unknown type and no fields', (payload) => {
    expect(describeEvent(payload)).toEqual({ eventType: 'unknown' });
  });

  test('a deleted connection that names no customer has none', () => {
    expect(describeEvent({ webhook_event_type: 'connection.deleted' })).toEqual({
      eventType: 'connection.deleted',
    });
  });

  test('inherited properties are no fields', () => {
    expect(describeEvent(Object.create({ webhook_event_type: 'sync.complete' }))).toEqual({
      eventType: 'unknown',
    });
    expect(describeEvent(JSON.parse('{"__proto__":{"customer_id":"x"}}'))).toEqual({ eventType: 'unknown' });
  });

  test('values are cut to 256 characters, without half a surrogate pair', () => {
    const { customerId } = describeEvent({ customer_id: `${'x'.repeat(255)}😀` });
    expect(customerId).toBe(`${'x'.repeat(255)}\u{FFFD}`);
  });

  test('never throws, and gives bounded text that is well-formed', () => {
    const name = fc.constantFrom('webhook_event_type', 'customer_id', 'connection_id', 'provider_name');
    const value = fc.oneof(anyText({ maxLength: 600, size: 'max' }), fc.jsonValue());
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(name, value)), (payload) => {
        const fields = describeEvent(payload);
        for (const field of Object.values(fields)) {
          expect(typeof field).toBe('string');
          expect(field.length).toBeLessThanOrEqual(256);
          expect(field).not.toBe('');
          expect(field).not.toMatch(/\p{Surrogate}/u);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a body without a type is a finished sync', () => {
  test.each([
    { status: 'SYNC_SUCCESS' },
    { status: 'SYNC_ERROR' },
    { history_id: 'h', result: 'ERROR' },
    { run_id: 'r', result: 'SUCCESS' },
  ])('%j', (payload) => {
    expect(isUntypedSync(payload)).toBe(true);
    expect(isUntypedSync({ ...payload, webhook_event_type: 'sync.complete' })).toBe(false);
  });

  test.each([
    {},
    { status: 'NO_SYNC_SUCCESS' },
    { status: 'SYNC_SUCCESSFUL' },
    { history_id: 'h' },
    { run_id: 'r' },
    { result: 'SUCCESS' },
    { history_id: '', run_id: '', result: 'SUCCESS' },
  ])('but not %j', (payload) => {
    expect(isUntypedSync(payload)).toBe(false);
  });
});

describe('describeOther', () => {
  test('has the type that it is given, and the customer where its source says that it stands', () => {
    const payload = { data: { appId: 'x'.repeat(300) } };
    expect(describeOther('endpoint.created', payload, 'data.appId')).toEqual({
      eventType: 'endpoint.created',
      customerId: 'x'.repeat(256),
    });
    expect(describeOther('endpoint.created', payload, 'data.id')).toEqual({ eventType: 'endpoint.created' });
    expect(describeOther('endpoint.created', payload)).toEqual({ eventType: 'endpoint.created' });
  });
});
