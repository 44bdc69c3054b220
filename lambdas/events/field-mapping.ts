import * as z from 'zod/mini';
import { type KnownFields, mayBeMissing, objectType, result } from './fields.ts';

const mapped = {
  connection_id: z.string(),
  application_id: z.string(),
  customer_id: z.string(),
  provider_name: z.string(),
  object_name: z.string(),
  object_type: objectType,
  schema_id: z.string(),
  result,
  error_message: mayBeMissing(z.string()),
};

/** A customer mapped an object's fields for the first time: the moment to backfill. */
export const fieldMappingCreated = z.looseObject({
  webhook_event_type: z.literal('object.field_mapping.created'),
  ...mapped,
});
export type FieldMappingCreated = KnownFields<z.output<typeof fieldMappingCreated>>;

/** A customer changed an object's field mapping. */
export const fieldMappingUpdated = z.looseObject({
  webhook_event_type: z.literal('object.field_mapping.updated'),
  ...mapped,
});
export type FieldMappingUpdated = KnownFields<z.output<typeof fieldMappingUpdated>>;
