/** Everything that a CDK app needs: `supaglue-webhooks-aws/construct`. */
export { BundleError } from './bundle-error.ts';
export type {
  AlertProps,
  ConsumerProps,
  DatabaseProps,
  HandlerSecret,
  IngestProps,
  NetworkProps,
  RetryProps,
  SupaglueWebhooksProps,
  SupaglueWebhooksSettings,
} from './props.ts';
export { runApp } from './run-app.ts';
export { settingsFromContext } from './settings.ts';
export { StackConfigError } from './stack-config.ts';
export { SupaglueWebhooks } from './supaglue-webhooks.ts';
