import * as z from 'zod/mini';
import { isUntypedSync } from './event-fields.ts';
import { type KnownFields, mayBeMissing, objectType, openEnum, result } from './fields.ts';

const completed = {
  webhook_event_type: z.literal('sync.complete'),
  /** Always present: {@link syncComplete} fills it from the older names of the field. */
  run_id: z.string(),
  /** Older name of `run_id`; kept where it was sent. */
  history_id: mayBeMissing(z.string()),
  connection_id: z.string(),
  customer_id: z.string(),
  /** An open set: `hubspot`, `salesforce`, `pipedrive`, ... */
  provider_name: z.string(),
  result,
  /** On `ERROR` Supaglue sends 0, whatever was written before the failure. */
  num_records_synced: mayBeMissing(z.number()),
  error_message: mayBeMissing(z.string()),
};

const objectSyncComplete = z.looseObject({
  ...completed,
  type: z.literal('object'),
  object_type: objectType,
  object: z.string(),
});

const entitySyncComplete = z.looseObject({
  ...completed,
  type: z.literal('entity'),
  entity_id: z.string(),
  /** Missing in the historical form. */
  entity_name: mayBeMissing(z.string()),
});

/**
 * A finished sync of an object or of an entity, told apart by `type`. Older versions of Supaglue have sent the run's
 * id as `history_id` or `id`, the result as `status`, and no type; a handler always finds today's fields.
 */
export const syncComplete = z.pipe(
  z.transform(withTodaysFields),
  z.discriminatedUnion('type', [objectSyncComplete, entitySyncComplete]),
);
export type SyncComplete = KnownFields<z.output<typeof syncComplete>>;

function withTodaysFields(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return payload;
  }
  const fields: Readonly<Record<string, unknown>> = { ...payload };
  const status = /^SYNC_(SUCCESS|ERROR)$/.exec(String(fields['status']))?.[1];
  return {
    ...fields,
    run_id: fields['run_id'] ?? fields['history_id'] ?? fields['id'],
    result: fields['result'] ?? status,
    ...(isUntypedSync(payload) ? { webhook_event_type: 'sync.complete' } : {}),
  };
}

/**
 * Supaglue paused a sync: after an error that needs the customer, or by hand. Of an entity it sends the type
 * `object`, and neither object nor entity: all that tells of it is the connection.
 */
export const syncPaused = z.looseObject({
  webhook_event_type: z.literal('sync.paused'),
  run_id: mayBeMissing(z.string()),
  connection_id: z.string(),
  customer_id: z.string(),
  provider_name: z.string(),
  type: openEnum<'object'>(),
  object_type: mayBeMissing(objectType),
  object: mayBeMissing(z.string()),
  pause_reason: mayBeMissing(z.string()),
});
export type SyncPaused = KnownFields<z.output<typeof syncPaused>>;
