import * as z from 'zod/mini';
import { type KnownFields, mayBeMissing, result } from './fields.ts';

const objectType = z.enum(['common', 'standard', 'custom']);

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
 * A finished sync of an object or of an entity, told apart by `type`. Supaglue has sent the run's id as
 * `history_id`, as `id` and as `run_id`; a handler always finds it in `run_id`.
 */
export const syncComplete = z.pipe(
  z.transform(withRunId),
  z.discriminatedUnion('type', [objectSyncComplete, entitySyncComplete]),
);
export type SyncComplete = KnownFields<z.output<typeof syncComplete>>;

function withRunId(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return payload;
  }
  const fields: Readonly<Record<string, unknown>> = { ...payload };
  const runId = fields['run_id'] ?? fields['history_id'] ?? fields['id'];
  return runId === undefined ? payload : { ...payload, run_id: runId };
}

/** Supaglue paused an object's sync after an error that needs the customer. */
export const syncPaused = z.looseObject({
  webhook_event_type: z.literal('sync.paused'),
  run_id: mayBeMissing(z.string()),
  connection_id: z.string(),
  customer_id: z.string(),
  provider_name: z.string(),
  type: z.literal('object'),
  object_type: objectType,
  object: z.string(),
  pause_reason: mayBeMissing(z.string()),
});
export type SyncPaused = KnownFields<z.output<typeof syncPaused>>;
