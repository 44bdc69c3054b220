import type * as z from 'zod/mini';
import { connectionCreated, connectionDeleted } from './connection.ts';
import { entityMappingCreated, entityMappingDeleted, entityMappingUpdated } from './entity-mapping.ts';
import { fieldMappingCreated, fieldMappingUpdated } from './field-mapping.ts';
import type { KnownFields } from './fields.ts';
import type { HistoricalEventMap } from './historical.ts';
import { syncComplete, syncPaused } from './sync.ts';

/**
 * Every event of Supaglue's management API (openapi/v2/mgmt/webhooks of supaglue-labs/supaglue), by its
 * `webhook_event_type`. The schemas keep fields that they do not know.
 */
export const catalogue = {
  'sync.complete': syncComplete,
  'sync.paused': syncPaused,
  'connection.created': connectionCreated,
  'connection.deleted': connectionDeleted,
  'object.field_mapping.created': fieldMappingCreated,
  'object.field_mapping.updated': fieldMappingUpdated,
  'entity.entity_mapping.created': entityMappingCreated,
  'entity.entity_mapping.updated': entityMappingUpdated,
  'entity.entity_mapping.deleted': entityMappingDeleted,
} as const;

/**
 * Payload by event type: its documented fields. Others that were sent are kept, see {@link KnownFields}. Types that
 * Supaglue no longer sends are among them.
 */
export type EventMap = HistoricalEventMap & {
  readonly [Name in EventName]: KnownFields<z.output<(typeof catalogue)[Name]>>;
};

/** One of the nine event types that Supaglue sends. */
export type EventName = keyof typeof catalogue;
