import * as z from 'zod/mini';
import { type KnownFields, mayBeMissing } from './fields.ts';

const text = mayBeMissing(z.string());
/** Nothing of these is sent today, and every field may be missing: they are read from old deliveries. */
const old = z.looseObject({
  webhook_event_type: z.string(),
  customer_id: text,
  provider_name: text,
  result: text,
  id: text,
  entity_name: text,
});

/**
 * Types that Supaglue no longer sends: `connection.create` until v0.13.9, and until v0.16.9 changes of Salesforce's
 * records, which name no customer (`fields`, `nulled_fields`, `changed_fields` and `diff_fields` are kept as they
 * are). Earlier still were changes of common records (`account.create`, ...): those reach `onAny`, as every type
 * without a schema does.
 */
export const historical = {
  'connection.create': old,
  'salesforce_cdc.create': old,
  'salesforce_cdc.update': old,
  'salesforce_cdc.delete': old,
  'salesforce_cdc.undelete': old,
} as const;

/** Payload by historical type. */
export type HistoricalEventMap = {
  readonly [Name in keyof typeof historical]: KnownFields<z.output<typeof old>> & {
    readonly webhook_event_type: Name;
  };
};
