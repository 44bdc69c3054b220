import * as z from 'zod/mini';
import { type KnownFields, mayBeMissing } from './fields.ts';

/** Nothing of these is sent today, and every field may be missing: they are read from old deliveries. */
const record = {
  id: mayBeMissing(z.string()),
  entity_name: mayBeMissing(z.string()),
  fields: mayBeMissing(z.record(z.string(), z.unknown())),
  nulled_fields: mayBeMissing(z.array(z.string())),
  changed_fields: mayBeMissing(z.array(z.string())),
  diff_fields: mayBeMissing(z.array(z.string())),
};
const changed = <const Type extends string>(type: Type) =>
  z.looseObject({ webhook_event_type: z.literal(type), ...record });

/**
 * Types that Supaglue no longer sends: `connection.create` until v0.13.9, changes of Salesforce's records (which name
 * no customer) until v0.16.9. Earlier still were changes of common records (`account.create`, ...): those reach
 * `onAny`, as every type without a schema does.
 */
export const historical = {
  'connection.create': z.looseObject({
    webhook_event_type: z.literal('connection.create'),
    customer_id: mayBeMissing(z.string()),
    provider_name: mayBeMissing(z.string()),
    result: mayBeMissing(z.string()),
  }),
  'salesforce_cdc.create': changed('salesforce_cdc.create'),
  'salesforce_cdc.update': changed('salesforce_cdc.update'),
  'salesforce_cdc.delete': changed('salesforce_cdc.delete'),
  'salesforce_cdc.undelete': changed('salesforce_cdc.undelete'),
} as const;

/** Payload by historical type. */
export type HistoricalEventMap = {
  readonly [Name in keyof typeof historical]: KnownFields<z.output<(typeof historical)[Name]>>;
};
