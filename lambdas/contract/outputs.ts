import type { SourceProfile } from './source.ts';

/** What a deployment tells of itself; with the id `Default` the keys of the stack's outputs. */
export const StackOutput = {
  WEBHOOK_URL: 'WebhookUrl',
  /** Beside the gateway's, while a deployment has both. */
  FUNCTION_WEBHOOK_URL: 'FunctionWebhookUrl',
  SIGNING_SECRET_NAME: 'SigningSecretName',
  QUEUE_URL: 'QueueUrl',
  DEAD_LETTER_QUEUE_URL: 'DeadLetterQueueUrl',
  LEDGER_TABLE_NAME: 'LedgerTableName',
  ALERT_TOPIC_ARN: 'AlertTopicArn',
  DASHBOARD_URL: 'DashboardUrl',
  /** Where `events list` looks; a stack of before has none. */
  INGEST_LOG_GROUP: 'IngestLogGroup',
  /** Where Supaglue's API is compared. */
  RECONCILE_FUNCTION_NAME: 'ReconcileFunctionName',
} as const;
export type StackOutput = (typeof StackOutput)[keyof typeof StackOutput];

/** Of the secret of a source other than Supaglue. Its URL is Supaglue's with `/NAME`. */
export function sourceOutput(source: string): string {
  return `${StackOutput.SIGNING_SECRET_NAME}.${source}`;
}

/** Ends the description of an output: `[supaglue-webhooks PATH KEY]`, so that a stack's own outputs may have any name. */
export const OUTPUT_MARKER = /\[supaglue-webhooks (\S+) ([\w.-]+)\]$/;

export function outputMarker(path: string, key: string): string {
  return `[supaglue-webhooks ${path} ${key}]`;
}

/** Key of the template's metadata: construct path → {@link DeploymentMetadata}. */
export const METADATA_KEY = 'supaglue-webhooks';

export interface SourceRegistration extends SourceProfile {
  /** Of `onAny`: they run for every type of this source. */
  readonly any: readonly string[];
}

/** Names of handlers, in the order in which they are registered. */
export interface HandlerRegistrations {
  /** Event type → its own handlers; the ping's are not among them. */
  readonly byType: Readonly<Record<string, readonly string[]>>;
  /** Of `onAny`: they run for every type of Supaglue's. */
  readonly any: readonly string[];
  /** The senders besides Supaglue; their types begin with their name. @default none */
  readonly sources?: Readonly<Record<string, SourceRegistration>>;
}

/** What the tools read of a template, beside its resources. */
export interface DeploymentMetadata {
  readonly version: 1;
  /** Logical ids of the parts. */
  readonly parts: DeploymentParts;
  /** Variables of the consumer that hold the ARN of a secret for a handler. */
  readonly secrets: readonly string[];
  /** Logical ids of what a source other than Supaglue has of its own; without a gateway no route. @default none */
  readonly sources?: Readonly<Record<string, { readonly signingSecret: string; readonly route?: string }>>;
  /** `unknown`: the consumer's bundle could not be loaded where the template was made. */
  readonly handlers: HandlerRegistrations | 'unknown';
}

/** The deployments that a template tells of; none for any other template. */
export function deploymentsOf(template: unknown): Readonly<Record<string, DeploymentMetadata>> {
  const { Metadata } = (template ?? {}) as { readonly Metadata?: Readonly<Record<string, unknown>> };
  return (Metadata?.[METADATA_KEY] ?? {}) as Readonly<Record<string, DeploymentMetadata>>;
}

export interface DeploymentParts {
  readonly ingest: string;
  readonly consumer: string;
  /** What `WebhookUrl` leads to: a route of an HTTP API, or a function URL. */
  readonly route: string;
  /** The function URL of a deployment that has both. */
  readonly url?: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
  readonly ledger: string;
  readonly signingSecret: string;
  readonly alertTopic: string;
  /** The function that compares Supaglue's API, and its schedule; absent while nothing is reconciled. */
  readonly reconcile?: string;
  readonly schedule?: string;
}
