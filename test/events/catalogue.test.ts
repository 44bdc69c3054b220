import { describe, expect, test } from '@jest/globals';
import { catalogue, type EventName } from '../../lambdas/events/catalogue.ts';
import { describeEvent } from '../../lambdas/events/event-fields.ts';
import { historical } from '../../lambdas/events/historical.ts';
import { type SamplePayload, samples, syncVariants } from '../../lambdas/events/samples.ts';
import { EventRouter } from '../../lambdas/router/index.ts';

const names = Object.keys(catalogue) as EventName[];

/** The fields as Supaglue documents them (openapi/v2/mgmt/webhooks), written down a second time. */
const objectSync = ['connection_id', 'customer_id', 'provider_name', 'type', 'object_type', 'object'];
const connection = ['customer_id', 'provider_id', 'category', 'provider_name', 'result'];
const mapping = ['connection_id', 'application_id', 'customer_id', 'provider_name', 'result'];
const fieldMapping = [...mapping, 'object_name', 'object_type', 'schema_id'];
const entityMapping = [...mapping, 'entity_id'];
const required: Record<EventName, readonly string[]> = {
  'sync.complete': [...objectSync, 'run_id', 'result'],
  'sync.paused': objectSync.slice(0, 4),
  'connection.created': connection,
  'connection.deleted': [...connection, 'connection_id'],
  'object.field_mapping.created': fieldMapping,
  'object.field_mapping.updated': fieldMapping,
  'entity.entity_mapping.created': entityMapping,
  'entity.entity_mapping.updated': entityMapping,
  'entity.entity_mapping.deleted': entityMapping,
};
const optional: Record<EventName, readonly string[]> = {
  'sync.complete': ['num_records_synced', 'error_message', 'history_id'],
  'sync.paused': ['run_id', 'object_type', 'object', 'pause_reason'],
  'connection.created': [],
  'connection.deleted': [],
  'object.field_mapping.created': ['error_message'],
  'object.field_mapping.updated': ['error_message'],
  'entity.entity_mapping.created': ['object_name', 'object_type', 'error_message'],
  'entity.entity_mapping.updated': ['object_name', 'object_type', 'error_message'],
  'entity.entity_mapping.deleted': ['object_name', 'object_type', 'error_message'],
};
const closed: ReadonlyArray<readonly [EventName, string]> = [
  ['sync.complete', 'result'],
  ['sync.complete', 'type'],
  ['connection.deleted', 'result'],
  ['entity.entity_mapping.updated', 'result'],
];
const open: ReadonlyArray<readonly [EventName, string]> = [
  ['sync.complete', 'object_type'],
  ['sync.paused', 'object_type'],
  ['sync.paused', 'type'],
  ['connection.created', 'category'],
  ['connection.deleted', 'category'],
  ['object.field_mapping.created', 'object_type'],
  ['entity.entity_mapping.updated', 'object_type'],
];

const validate = (name: string, payload: unknown) => new EventRouter().validate(name, payload);

function without(payload: SamplePayload, field: string): Record<string, unknown> {
  const { [field]: _removed, ...rest } = payload;
  return rest;
}

async function accepted(name: string, payload: unknown) {
  const result = await validate(name, payload);
  if (!result.ok) {
    throw new Error(`refused: ${result.issues.join('; ')}`);
  }
  return result.event as Record<string, unknown>;
}

async function refused(name: string, payload: unknown) {
  const result = await validate(name, payload);
  return result.ok ? 'accepted' : result.issues;
}

test('holds the nine types of the management API', () => {
  expect(names.sort()).toEqual(Object.keys(required).sort());
  expect(names).toHaveLength(9);
});

describe.each(names)('%s', (name) => {
  test('accepts its sample and keeps every field of it', async () => {
    const { customer_id: _sent, ...sent } = samples[name];
    expect(await accepted(name, samples[name])).toMatchObject(sent);
  });

  test('keeps fields that it does not know', async () => {
    const extra = { from_the_future: { nested: [1, null, 'two'] } };
    expect(await accepted(name, { ...samples[name], ...extra })).toMatchObject(extra);
  });

  test.each(required[name])('without %s: refused, naming the field alone', async (field) => {
    const marked = { ...samples[name], customer_id: 'LEAK', provider_name: 'LEAK', extra: 'LEAK' };
    const issues = await refused(name, without(marked, field));
    expect(issues).toEqual([expect.stringMatching(new RegExp(`^${field}: Invalid .*expected`, 'i'))]);
    expect(String(issues)).not.toContain('LEAK');
  });

  test.each(required[name])('%s as a number: refused without the number', async (field) => {
    const issues = await refused(name, { ...samples[name], [field]: 987654321 });
    expect(issues).toEqual([expect.stringMatching(new RegExp(`^${field}: `))]);
    expect(String(issues)).not.toContain('987654321');
  });

  test('accepts its optional fields missing and null, and hands over no null', async () => {
    for (const field of optional[name]) {
      expect(await accepted(name, without(samples[name], field))).not.toHaveProperty(field);
      expect((await accepted(name, { ...samples[name], [field]: null }))[field]).toBeUndefined();
    }
  });

  test('an optional field of the wrong type is refused', async () => {
    for (const field of optional[name]) {
      expect(await refused(name, { ...samples[name], [field]: { wrong: true } })).toEqual([
        expect.stringMatching(new RegExp(`^${field}: `)),
      ]);
    }
  });

  test('refuses the payload of another type', async () => {
    const issues = await refused(name, { ...samples[name], webhook_event_type: 'other' });
    expect(issues).toEqual([`webhook_event_type: Invalid input: expected "${name}"`]);
  });

  test.each([[[]], ['text'], [null], [7], [true]])('refuses %j', async (payload) => {
    expect(await refused(name, payload)).toEqual([expect.stringMatching(/^payload: /)]);
  });
});

test.each(open)('%s: %s takes what is new, as it is', async (name, field) => {
  expect(await accepted(name, { ...samples[name], [field]: 'next-years' })).toMatchObject({
    [field]: 'next-years',
  });
});

test.each(closed)('%s: %s takes the documented values only', async (name, field) => {
  const issues = await refused(name, { ...samples[name], [field]: 'undocumented-value' });
  expect(issues).toEqual([expect.stringMatching(new RegExp(`^${field}: `))]);
  expect(String(issues)).not.toContain('undocumented-value');
});

test.each(names)('%s: any provider name is accepted', async (name) => {
  expect(await accepted(name, { ...samples[name], provider_name: 'next-years-crm' })).toMatchObject({
    provider_name: 'next-years-crm',
  });
});

describe('sync.complete', () => {
  test.each(Object.entries(syncVariants))('keeps every field of the variant: %s', async (_name, variant) => {
    const payload = { ...variant, from_the_future: [1] };
    expect(await accepted('sync.complete', payload)).toMatchObject(payload);
  });

  test.each(['entity_id', 'run_id'])('an entity without %s is refused', async (field) => {
    expect(await refused('sync.complete', without(syncVariants.entity, field))).toEqual([
      `${field}: Invalid input: expected string, received undefined`,
    ]);
  });

  test('an entity without its name, as older versions sent it, is accepted', async () => {
    expect(await accepted('sync.complete', without(syncVariants.entity, 'entity_name'))).toMatchObject({
      entity_id: syncVariants.entity.entity_id,
    });
  });

  test('the historical history_id is kept and becomes run_id', async () => {
    expect(await accepted('sync.complete', syncVariants.historical)).toMatchObject({
      history_id: syncVariants.historical.history_id,
      run_id: syncVariants.historical.history_id,
    });
  });

  test('the id of a version between becomes run_id', async () => {
    const { run_id: runId, ...rest } = syncVariants.error;
    expect(await accepted('sync.complete', { ...rest, id: runId })).toMatchObject({
      run_id: runId,
      id: runId,
    });
  });

  test('run_id wins over history_id and id', async () => {
    const event = { ...syncVariants.historical, id: 'an-id', run_id: 'the-run' };
    expect(await accepted('sync.complete', event)).toMatchObject({ run_id: 'the-run', id: 'an-id' });
  });

  test('the payload handed in is not changed', async () => {
    const payload = Object.freeze({ ...syncVariants.historical });
    await accepted('sync.complete', payload);
    expect(payload).not.toHaveProperty('run_id');
  });
});

describe('sync.paused', () => {
  test('of an entity, as Supaglue sends it: with a type of object, and neither object nor entity', async () => {
    const { object: _, object_type: __, run_id: ___, ...paused } = samples['sync.paused'];
    expect(await accepted('sync.paused', paused)).toEqual(paused);
  });
});

describe('a body of v0.13.2 to v0.13.9, without a type', () => {
  const { webhook_event_type: _, result: __, ...untyped } = syncVariants.historical;

  test.each(['SUCCESS', 'ERROR'])('with its status SYNC_%s is a finished sync', async (result) => {
    const payload = { ...untyped, status: `SYNC_${result}` };
    expect(describeEvent(payload)).toMatchObject({ eventType: 'sync.complete' });
    expect(await accepted('sync.complete', payload)).toMatchObject({
      webhook_event_type: 'sync.complete',
      run_id: untyped.history_id,
      result,
    });
  });

  test.each([
    [{ status: 'SYNC_PARTIAL' }],
    [{ status: 'NO_SYNC_ERROR' }],
    [{ status: 'SYNC_ERRORS' }],
    [{ result: 'ERROR', history_id: undefined }],
    [{ status: 'SYNC_ERROR', webhook_event_type: 'other' }],
  ])('%j: no finished sync', (fields) => {
    expect(describeEvent({ ...untyped, ...fields }).eventType).not.toBe('sync.complete');
  });
});

test('the status counts where no result was sent, and as it was documented alone', async () => {
  const sent = { ...samples['sync.complete'], result: 'SUCCESS', status: 'SYNC_ERROR' };
  expect(await accepted('sync.complete', sent)).toMatchObject({ result: 'SUCCESS' });
  expect(await accepted('sync.complete', without(sent, 'result'))).toMatchObject({ result: 'ERROR' });
  for (const status of ['NO_SYNC_ERROR', 'SYNC_ERRORS', undefined]) {
    expect(await refused('sync.complete', { ...without(sent, 'result'), status })).not.toBe('accepted');
  }
});

test.each(Object.keys(historical))('%s has a name, and any field may be missing', async (name) => {
  const payload = { webhook_event_type: name, from_then: 1 };
  expect(await accepted(name, payload)).toEqual(payload);
  for (const wrong of [{ from_then: 1 }, { ...payload, customer_id: 7 }]) {
    expect(await refused(name, wrong)).not.toBe('accepted');
  }
});

describe('connection.deleted', () => {
  test('the customer is the plain id of the other events, and what was sent is kept', async () => {
    const created = await accepted('connection.created', samples['connection.created']);
    expect(await accepted('connection.deleted', samples['connection.deleted'])).toMatchObject({
      customer_id: created['customer_id'],
      stored_customer_id: samples['connection.deleted']['customer_id'],
    });
  });

  test('a customer that has no application in front stays as it is', async () => {
    const payload = { ...samples['connection.deleted'], customer_id: 'tenant:7' };
    expect(await accepted('connection.deleted', payload)).toMatchObject({ customer_id: 'tenant:7' });
  });
});
