import type {
  ConnectionCreated,
  ConnectionDeleted,
  EntityMappingCreated,
  EntityMappingDeleted,
  FieldMappingUpdated,
  SyncComplete,
} from '../../../lambdas/router/index.ts';
import { APPLICATION } from './world.ts';

interface Whose {
  readonly customer?: string;
  readonly provider?: string;
  readonly connection?: string;
  readonly application?: string;
}

const of = ({ customer = 'customer-1', provider = 'hubspot', connection = 'connection-1' }: Whose) => ({
  customer_id: customer,
  provider_name: provider,
  connection_id: connection,
  result: 'SUCCESS' as const,
});

export const objectSynced = (whose: Whose = {}, object = 'contact'): SyncComplete => ({
  webhook_event_type: 'sync.complete',
  ...of(whose),
  run_id: 'run-1',
  type: 'object',
  object_type: 'standard',
  object,
});

export const entitySynced = (whose: Whose = {}): Extract<SyncComplete, { type: 'entity' }> => ({
  webhook_event_type: 'sync.complete',
  ...of(whose),
  run_id: 'run-1',
  type: 'entity',
  entity_id: 'entity-1',
  entity_name: 'Lead Source',
});

export const connectionDeleted = (whose: Whose = {}): ConnectionDeleted => ({
  webhook_event_type: 'connection.deleted',
  ...of(whose),
  provider_id: 'provider-1',
  category: 'crm',
  stored_customer_id: `${whose.application ?? APPLICATION}:${of(whose).customer_id}`,
});

export const connectionCreated = (whose: Whose = {}): ConnectionCreated => ({
  webhook_event_type: 'connection.created',
  customer_id: of(whose).customer_id,
  provider_name: of(whose).provider_name,
  provider_id: 'provider-1',
  category: 'crm',
  result: 'SUCCESS',
});

export const fieldsMapped = (whose: Whose = {}): FieldMappingUpdated => ({
  webhook_event_type: 'object.field_mapping.updated',
  ...of(whose),
  application_id: whose.application ?? APPLICATION,
  object_name: 'contact',
  object_type: 'standard',
  schema_id: 'schema-1',
});

const entityMapped = (whose: Whose) => ({
  ...of(whose),
  application_id: whose.application ?? APPLICATION,
  entity_id: 'entity-1',
});

export const entityCreated = (whose: Whose = {}): EntityMappingCreated => ({
  webhook_event_type: 'entity.entity_mapping.created',
  ...entityMapped(whose),
});

export const entityDeleted = (whose: Whose = {}): EntityMappingDeleted => ({
  webhook_event_type: 'entity.entity_mapping.deleted',
  ...entityMapped(whose),
});
