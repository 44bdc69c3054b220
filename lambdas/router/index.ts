/** Everything a handler file needs, from one place. */
export type { EventMap, EventName } from '../events/catalogue.ts';
export type { ConnectionCreated, ConnectionDeleted } from '../events/connection.ts';
export type {
  EntityMappingCreated,
  EntityMappingDeleted,
  EntityMappingUpdated,
} from '../events/entity-mapping.ts';
export type { FieldMappingCreated, FieldMappingUpdated } from '../events/field-mapping.ts';
export type { Frozen } from '../events/frozen.ts';
export type { SyncComplete, SyncPaused } from '../events/sync.ts';
export { HandlerError, NonRetryableError, NotYetError, RetryAfterError } from './errors.ts';
export { EventRouter } from './event-router.ts';
export type { EventRoutes, Handler, HandlerContext, HandlerLogger, RegisteredHandler } from './handler.ts';
export { RegistrationError } from './registration.ts';
export type { Source } from './source.ts';
export { SourceRouter } from './source-router.ts';
export type { AnyEvent } from './validation.ts';
