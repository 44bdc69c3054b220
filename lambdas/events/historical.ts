import * as z from 'zod/mini';
import { type KnownFields, mayBeMissing } from './fields.ts';

/** Nothing of these is sent today, and every field may be missing: they are read from old deliveries. */
const text = mayBeMissing(z.string());
const changed = <const Type extends string>(type: Type) =>
  z.looseObject({ webhook_event_type: z.literal(type), id: text, entity_name: text });

/**
 * Types that Supaglue no longer sends: `connection.create` until v0.13.9, and until v0.16.9 changes of Salesforce's
 * records, which name no customer (`fields`, `nulled_fields`, `changed_fields` and `diff_fields` are kept as they
 * are). Earlier still were changes of common records (`account.create`, ...): those reach `onAny`, as every type
 * without a schema does.
 */
export const historical = {
  'connection.create': z.looseObject({
    webhook_event_type: z.literal('connection.create'),
    customer_id: text,
    provider_name: text,
    result: text,
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
