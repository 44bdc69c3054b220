import { PING_EVENT_TYPE } from '../contract/message.ts';
import type { EventName } from './catalogue.ts';

/** A body as it is sent, before a schema normalises it. */
export interface SamplePayload {
  readonly webhook_event_type: string;
  readonly [field: string]: unknown;
}

const applicationId = '00000000-0000-4000-8000-00000000000a';
const connectionId = '00000000-0000-4000-8000-00000000000c';
const customerId = 'example-customer';

const customer = { connection_id: connectionId, customer_id: customerId, provider_name: 'hubspot' };

const connection = {
  customer_id: customerId,
  provider_id: '00000000-0000-4000-8000-00000000000d',
  category: 'crm',
  provider_name: 'hubspot',
  result: 'SUCCESS',
};

const contactSync = {
  webhook_event_type: 'sync.complete',
  ...customer,
  type: 'object',
  object_type: 'standard',
  object: 'contact',
};

const fieldMapping = {
  ...customer,
  application_id: applicationId,
  object_name: 'contact',
  object_type: 'standard',
  schema_id: '00000000-0000-4000-8000-000000000005',
  result: 'SUCCESS',
};

const entityMapping = {
  ...customer,
  application_id: applicationId,
  entity_id: '00000000-0000-4000-8000-00000000000e',
  object_name: 'contact',
  object_type: 'standard',
  result: 'SUCCESS',
};

/** One fictional body per event type, as Supaglue sends it, and the ping. For tools and tests. */
export const samples: Readonly<Record<EventName | typeof PING_EVENT_TYPE, SamplePayload>> = {
  'sync.complete': {
    ...contactSync,
    run_id: '00000000-0000-4000-8000-000000000001',
    result: 'SUCCESS',
    num_records_synced: 100,
  },
  'sync.paused': {
    ...contactSync,
    webhook_event_type: 'sync.paused',
    run_id: '00000000-0000-4000-8000-000000000002',
    pause_reason: 'example: the customer must sign in again',
  },
  'connection.created': {
    webhook_event_type: 'connection.created',
    ...connection,
    application_id: applicationId,
    instance_url: 'https://crm.example.com',
  },
  'connection.deleted': {
    webhook_event_type: 'connection.deleted',
    ...connection,
    connection_id: connectionId,
    customer_id: `${applicationId}:${customerId}`,
  },
  'object.field_mapping.created': { webhook_event_type: 'object.field_mapping.created', ...fieldMapping },
  'object.field_mapping.updated': { webhook_event_type: 'object.field_mapping.updated', ...fieldMapping },
  'entity.entity_mapping.created': { webhook_event_type: 'entity.entity_mapping.created', ...entityMapping },
  'entity.entity_mapping.updated': { webhook_event_type: 'entity.entity_mapping.updated', ...entityMapping },
  'entity.entity_mapping.deleted': { webhook_event_type: 'entity.entity_mapping.deleted', ...entityMapping },
  [PING_EVENT_TYPE]: { webhook_event_type: PING_EVENT_TYPE },
};

/** Other forms of `sync.complete`. */
export const syncVariants = {
  /** An object's sync that failed: it raises an alert. */
  error: {
    ...contactSync,
    run_id: '00000000-0000-4000-8000-000000000003',
    result: 'ERROR',
    num_records_synced: 0,
    error_message: 'example: the provider answered 401 Unauthorized',
  },
  /** An entity's sync. */
  entity: {
    webhook_event_type: 'sync.complete',
    ...customer,
    type: 'entity',
    entity_id: '00000000-0000-4000-8000-00000000000e',
    entity_name: 'example_entity',
    run_id: '00000000-0000-4000-8000-000000000004',
    result: 'SUCCESS',
    num_records_synced: 7,
  },
  /** A company's sync. */
  company: {
    ...contactSync,
    object: 'company',
    run_id: '00000000-0000-4000-8000-000000000007',
    result: 'SUCCESS',
    num_records_synced: 75,
  },
  /** What Supaglue sent, and its tutorial shows, before `run_id`: a common object. */
  historical: {
    ...contactSync,
    object_type: 'common',
    history_id: '00000000-0000-4000-8000-000000000006',
    result: 'SUCCESS',
    num_records_synced: 100,
  },
} as const satisfies Record<string, SamplePayload>;
