import { describe, expect, test } from '@jest/globals';
import {
  connectionsIn,
  customersIn,
  entityMappingsIn,
  entityNamesIn,
  fieldMappingsIn,
  runsIn,
} from '../../lambdas/reconcile/listings.ts';

describe('customers', () => {
  const entry = { application_id: 'application', customer_id: 'a' };

  test('of one application', () => {
    expect(customersIn([entry, { ...entry, customer_id: 'b' }])).toEqual({
      applicationId: 'application',
      ids: ['a', 'b'],
    });
    expect(customersIn([])).toEqual({ ids: [] });
    expect(customersIn([{ customer_id: 'a' }])).toEqual({ ids: ['a'] });
  });

  test.each([
    ['no list', { results: [entry] }],
    ['one twice', [entry, entry]],
    ['one without an id', [entry, { application_id: 'application', customer_id: '' }]],
    ['two applications', [entry, { application_id: 'another', customer_id: 'b' }]],
  ])('%s are no listing', (_what, answer) => {
    expect(customersIn(answer)).toBeUndefined();
  });
});

describe('connections', () => {
  const entry = { id: '1', provider_name: 'hubspot', provider_id: 'p', category: 'crm' };

  test('with what is known of them', () => {
    const schema = { connection_sync_config: { destination_config: { schema: 'theirs' } } };
    expect(
      connectionsIn(
        [
          { ...entry, ...schema },
          { id: '2', provider_name: 'x' },
        ],
        'a',
      ),
    ).toEqual([
      {
        ...{ id: '1', providerName: 'hubspot', providerId: 'p', category: 'crm', schema: 'theirs' },
        parameters: { ...entry, ...schema },
      },
      {
        ...{ id: '2', providerName: 'x', providerId: '', category: 'no_category', schema: undefined },
        parameters: { id: '2', provider_name: 'x' },
      },
    ]);
  });

  test.each(['a', 'application:a', undefined])('of the customer, told as %p', (customer_id) => {
    expect(connectionsIn([{ ...entry, customer_id }], 'a')).toHaveLength(1);
  });

  test.each([
    ['of another', [{ ...entry, customer_id: 'b' }]],
    ['of one whose id ends like it', [{ ...entry, customer_id: 'ba' }]],
    ['of one whose id begins like it', [{ ...entry, customer_id: ':ab' }]],
    ['without a provider', [{ id: '1' }]],
    ['without an id', [{ provider_name: 'hubspot' }]],
    ['told twice', [entry, entry]],
    ['in no list', entry],
  ])('%s are no listing', (_what, answer) => {
    expect(connectionsIn(answer, 'a')).toBeUndefined();
  });
});

describe('mappings of entities', () => {
  const field = { entity_field: 'name', mapped_field: 'dealname', from: 'developer' };
  const entry = {
    entity_id: 'e',
    object: { type: 'standard', name: 'deal', from: 'developer' },
    field_mappings: [field],
  };
  const mapped = (...entries: readonly unknown[]) => Object.entries(entityMappingsIn(entries, 'c') ?? {});
  const hash = (one: unknown) => mapped(one)[0]?.[1].hash;

  test('are known by their connection and entity', () => {
    expect(mapped(entry)).toEqual([
      [
        'entity.c.e',
        {
          hash: expect.stringMatching(/^[0-9a-f]{16}$/),
          isCustomers: false,
          facts: { entity_id: 'e', object_name: 'deal', object_type: 'standard' },
        },
      ],
    ]);
  });

  test('that only map fields name no object; that map nothing are none', () => {
    expect(mapped({ ...entry, object: undefined })[0]?.[1].facts).toEqual({ entity_id: 'e' });
    expect(mapped({ ...entry, field_mappings: [{ entity_field: 'name' }] })).toHaveLength(1);
    expect(mapped({ entity_id: 'e', field_mappings: [{ entity_field: 'name', mapped_field: '' }] })).toEqual(
      [],
    );
  });

  test.each([
    ['the object', { ...entry, object: { ...entry.object, from: 'customer' } }],
    ['a field', { ...entry, field_mappings: [{ ...field, from: 'customer' }] }],
  ])('are the customer’s when %s is', (_what, changed) => {
    expect(mapped(changed)[0]?.[1].isCustomers).toBe(true);
  });

  test('have another hash when anything is mapped otherwise, and the same in another order', () => {
    const second = { entity_field: 'stage', mapped_field: 'dealstage' };
    const two = { ...entry, field_mappings: [field, second] };
    const others = [
      entry,
      two,
      { ...entry, object: { ...entry.object, name: 'lead' } },
      { ...entry, object: { ...entry.object, type: 'custom' } },
      { ...entry, field_mappings: [{ ...field, mapped_field: 'title' }] },
      { ...entry, field_mappings: [{ ...field, entity_field: 'title' }] },
      { ...entry, field_mappings: [] },
    ];
    expect(new Set(others.map(hash)).size).toBe(others.length);
    expect(hash({ ...entry, field_mappings: [second, field] })).toBe(hash(two));
    // What is not mapped, and who has mapped it, is no change of what is read.
    expect(hash({ ...two, field_mappings: [...two.field_mappings, { entity_field: 'owner' }] })).toBe(
      hash(two),
    );
    expect(hash({ ...entry, object: { ...entry.object, from: 'customer' } })).toBe(hash(entry));
  });

  test('twice the same entity, one without an id, or no list are none', () => {
    expect(entityMappingsIn([entry, entry], 'c')).toBeUndefined();
    expect(entityMappingsIn([{ ...entry, entity_id: 7 }], 'c')).toBeUndefined();
    expect(entityMappingsIn('failed', 'c')).toBeUndefined();
  });
});

test('entities have names where they are told', () => {
  const named = { entity_id: 'e', entity_name: 'deal' };
  expect(
    entityNamesIn([named, { entity_id: 'f' }, { entity_name: 'g' }, { entity_id: 'h', entity_name: '' }]),
  ).toEqual({
    e: 'deal',
  });
  expect(entityNamesIn('failed')).toEqual({});
});

describe('mappings of fields', () => {
  const field = { name: 'amount', schema_mapped_name: 'amount__c', customer_mapped_name: undefined };
  const entry = { object_type: 'standard', object_name: 'deal', schema_id: 's', fields: [field] };
  const mapped = (...entries: readonly unknown[]) => Object.entries(fieldMappingsIn(entries, 'c') ?? {});
  const hash = (one: unknown) => mapped(one)[0]?.[1].hash;

  test('are known by their connection and object', () => {
    expect(mapped(entry, { ...entry, object_name: 'lead', schema_id: null })).toEqual([
      [
        'field.c.standard.deal',
        expect.objectContaining({
          isCustomers: false,
          facts: { object_name: 'deal', object_type: 'standard', schema_id: 's' },
        }),
      ],
      [
        'field.c.standard.lead',
        expect.objectContaining({ facts: { object_name: 'lead', object_type: 'standard', schema_id: '' } }),
      ],
    ]);
  });

  test.each([
    ['has added a field', { is_added_by_customer: true }],
    ['has mapped one', { customer_mapped_name: 'total' }],
  ])('are the customer’s when it %s', (_what, change) => {
    const fields = [field, { ...field, ...change }];
    expect(mapped({ ...entry, fields })[0]?.[1].isCustomers).toBe(true);
    expect(
      mapped({ ...entry, fields: [field, { ...field, is_added_by_customer: 'no' }] })[0]?.[1].isCustomers,
    ).toBe(false);
  });

  test('have another hash when anything is mapped otherwise', () => {
    const others = [
      entry,
      { ...entry, schema_id: 't' },
      { ...entry, fields: [] },
      { ...entry, fields: [{ ...field, name: 'x' }] },
      { ...entry, fields: [{ ...field, schema_mapped_name: 'x' }] },
      { ...entry, fields: [{ ...field, customer_mapped_name: 'x' }] },
    ];
    expect(new Set(others.map(hash)).size).toBe(others.length);
  });

  test.each([
    ['one twice', [entry, entry]],
    ['one without a type', [{ ...entry, object_type: '' }]],
    ['one without a name', [{ ...entry, object_name: undefined }]],
    ['no list', 'failed'],
  ])('%s are no listing', (_what, answer) => {
    expect(fieldMappingsIn(answer, 'c')).toBeUndefined();
  });
});

describe('runs', () => {
  const END = '2026-11-23T00:00:00.000Z';
  const run = {
    ...{ id: 'r', status: 'SUCCESS', end_timestamp: END, connection_id: 'c', customer_id: 'a' },
    ...{ provider_name: 'hubspot', type: 'object', object_type: 'standard', object: 'contact' },
    ...{ num_records_synced: 7, error_message: null },
  };
  const told = {
    ...{ webhook_event_type: 'sync.complete', run_id: 'r', connection_id: 'c', customer_id: 'a' },
    ...{ provider_name: 'hubspot', result: 'SUCCESS', type: 'object', object_type: 'standard' },
    ...{ object: 'contact', num_records_synced: 7 },
  };
  const runs = (...results: readonly unknown[]) => runsIn({ results, next: null })?.runs;

  test('become the event that Supaglue sends of them', () => {
    expect(runs(run)).toEqual([{ id: 'r', endedAtMs: Date.parse(END), entityId: undefined, event: told }]);
    expect(runs({ ...run, status: 'FAILURE', error_message: 'why' })?.[0]?.event).toEqual({
      ...told,
      result: 'ERROR',
      num_records_synced: 0,
      error_message: 'why',
    });
    const { object: _, object_type: __, ...ofEntity } = told;
    expect(runs({ ...run, type: 'entity', entity_id: 'e' })).toEqual([
      {
        id: 'r',
        endedAtMs: Date.parse(END),
        entityId: 'e',
        event: { ...ofEntity, type: 'entity', entity_id: 'e' },
      },
    ]);
    expect(runs({ ...run, entity_id: 'e' })?.[0]?.entityId).toBeUndefined();
  });

  test.each([
    ['has not ended', { end_timestamp: null }],
    ['ended at no time', { end_timestamp: 'soon' }],
    ['is under way', { status: 'IN_PROGRESS' }],
    ['has no id', { id: '' }],
    ['ended in a way that every object has', { status: 'constructor' }],
  ])('one that %s is left out', (_what, change) => {
    expect(runs({ ...run, ...change }, run)).toHaveLength(1);
  });

  test('a page says what follows; what has no list of results is none', () => {
    expect(runsIn({ results: [], next: 'x' })).toEqual({ next: 'x', runs: [] });
    expect(runsIn({ results: [], next: null })).toEqual({ next: undefined, runs: [] });
    expect(runsIn({ results: {} })).toBeUndefined();
    expect(runsIn('failed')).toBeUndefined();
  });
});
