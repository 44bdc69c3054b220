import * as z from 'zod/mini';
import { normaliseCustomerId } from './customer-id.ts';
import { type KnownFields, openEnum, result } from './fields.ts';

const category = openEnum<'crm' | 'engagement' | 'enrichment' | 'marketing_automation' | 'no_category'>();

/**
 * A customer connected a provider. Supaglue adds the connection's own parameters without credentials
 * (`application_id`, `instance_url`, `connection_sync_config`, ...); they are kept. There is no `connection_id`. A customer who signs in
 * again is told with `ERROR` and nothing after it: the connection exists, and goes on under its id.
 */
export const connectionCreated = z.looseObject({
  webhook_event_type: z.literal('connection.created'),
  customer_id: z.string(),
  provider_id: z.string(),
  category,
  /** An open set: `hubspot`, `salesforce`, `pipedrive`, ... */
  provider_name: z.string(),
  result,
});
export type ConnectionCreated = KnownFields<z.output<typeof connectionCreated>>;

/**
 * A connection was deleted: the moment to clean up. Supaglue sends the customer as it stores it,
 * `applicationId:customerId`; here `customer_id` is the plain id, as in every other event, and what was sent
 * is kept in `stored_customer_id`.
 */
export const connectionDeleted = z.pipe(
  z.looseObject({
    webhook_event_type: z.literal('connection.deleted'),
    connection_id: z.string(),
    customer_id: z.string(),
    provider_id: z.string(),
    category,
    provider_name: z.string(),
    result,
  }),
  z.transform((event) => ({
    ...event,
    customer_id: normaliseCustomerId(event.webhook_event_type, event.customer_id),
    /** Not sent by Supaglue: `customer_id` as it arrived. */
    stored_customer_id: event.customer_id,
  })),
);
export type ConnectionDeleted = KnownFields<z.output<typeof connectionDeleted>>;
