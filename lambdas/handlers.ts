/// <reference path="./database/sql-text.d.ts" preserve="true" />
/** Everything that an application's handlers are written with: `supaglue-webhooks-aws/handlers`. */
// First, for its effect on every stack that is shown.
import './runtime/source-lines.ts';

export { addAlerts } from './alerts/add-alerts.ts';
export {
  type ConsumerHandler,
  type ConsumerRoutes,
  createConsumerHandler,
} from './consumer/create-consumer-handler.ts';
export type { HandlerRegistrations } from './contract/outputs.ts';
export type {
  ApplicationDatabase,
  CommonObjectMapping,
  Mapping,
  ObjectMapping,
  ProviderObjectMapping,
  Transforms,
} from './database/transforms/mapping.ts';
export { addDatabaseUseCases } from './database/use-cases/add-database-use-cases.ts';
export { clerk, openAi, standardWebhooks, supaglue, svix } from './events/sources.ts';
export * from './router/index.ts';
export type { CachedSecret } from './runtime/cached-secret.ts';
export { SecretError, secret } from './runtime/handler-secret.ts';
