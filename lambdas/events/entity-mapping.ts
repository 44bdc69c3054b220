import * as z from 'zod/mini';
import { type KnownFields, mayBeMissing, objectType, result } from './fields.ts';

const mapped = {
  entity_id: z.string(),
  application_id: z.string(),
  connection_id: z.string(),
  customer_id: z.string(),
  provider_name: z.string(),
  result,
  /** Missing when the mapping names no object. */
  object_name: mayBeMissing(z.string()),
  object_type: mayBeMissing(objectType),
  error_message: mayBeMissing(z.string()),
};

/** A customer mapped an entity to an object of the provider. */
export const entityMappingCreated = z.looseObject({
  webhook_event_type: z.literal('entity.entity_mapping.created'),
  ...mapped,
});
export type EntityMappingCreated = KnownFields<z.output<typeof entityMappingCreated>>;

/** A customer changed an entity's mapping: data written under the old one may be stale. */
export const entityMappingUpdated = z.looseObject({
  webhook_event_type: z.literal('entity.entity_mapping.updated'),
  ...mapped,
});
export type EntityMappingUpdated = KnownFields<z.output<typeof entityMappingUpdated>>;

/** A customer removed an entity's mapping. */
export const entityMappingDeleted = z.looseObject({
  webhook_event_type: z.literal('entity.entity_mapping.deleted'),
  ...mapped,
});
export type EntityMappingDeleted = KnownFields<z.output<typeof entityMappingDeleted>>;
