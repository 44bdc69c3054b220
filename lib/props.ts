import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** What receives requests. */
export interface IngestProps {
  /**
   * `function-url` saves $1.19 of $4.29 a million events, and has no access log, no throttle and no bodies over 6 MB:
   * docs/scaling.md, "Without a gateway". To change over, deploy `both` first: a URL that goes is dead at once.
   * @default http-api
   */
  readonly endpoint?: 'http-api' | 'function-url' | 'both';
  /** Requests a second at the gateway; above it callers get 429, and Svix retries. @default 100 */
  readonly throttleRate?: number;
  /** Requests that may arrive at once above the rate. @default 200 */
  readonly throttleBurst?: number;
  /**
   * Addresses or CIDR blocks (IPv4 or IPv6) that may call, at most 3,000 characters together.
   * @default any source with a valid signature
   */
  readonly allowedSources?: readonly string[];
}

/** A sender beside Supaglue, by the name that `router.from` has for it. It posts to `/webhooks/NAME`. */
export interface SourceProps {
  /**
   * Addresses or CIDR blocks (IPv4 or IPv6) that may call, at most 3,000 characters together with those of others.
   * @default any address with a valid signature
   */
  readonly allowedSources?: readonly string[];
  /** Its requests a second at the gateway, within those of all. @default no limit of its own */
  readonly throttleRate?: number;
  /** Its requests that may arrive at once above the rate; with `throttleRate` alone. @default twice the rate */
  readonly throttleBurst?: number;
}

/** Any `Secret` or `ISecret` of aws-cdk-lib. */
export type HandlerSecret = Pick<ISecret, 'secretArn' | 'grantRead'>;

/** What runs the handlers. */
export interface ConsumerProps {
  /** Variables for your handlers, beside the framework's own. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Secrets for your handlers, by the name that they are read by: `secret('BILLING_API_KEY')`. The variable of that
   * name holds the secret's ARN, never its value, and the function may read it. @default none
   */
  readonly secrets?: Readonly<Record<string, HandlerSecret>>;
  /** Batches in work at once, 2 to 1,000: the throughput knob. @default 5 */
  readonly maxConcurrency?: number;
  /** Events to a batch, 1 to 10. @default 10 */
  readonly batchSize?: number;
  /** How long Lambda waits for a batch to fill, 0 to 300 s. @default 0 */
  readonly batchWindowSeconds?: number;
  /** Time that one attempt's handlers have before `signal` aborts, in seconds. @default 25 */
  readonly handlerTimeoutSeconds?: number;
}

/** When failed events are tried again. */
export interface RetryProps {
  /** Attempts of an event before it is dead-lettered, 1 to 40. @default 12 */
  readonly maxAttempts?: number;
  /** First delay between two attempts; it doubles, with jitter. In seconds. @default 10 */
  readonly backoffBaseSeconds?: number;
  /** Longest delay between two attempts, at most 11 h. In seconds. @default 900 */
  readonly backoffCapSeconds?: number;
}

/** Who is told, of alarms and by the handlers of `addAlerts`. */
export interface AlertProps {
  /** Subscribed to the alert topic; AWS sends a confirmation first. @default none */
  readonly email?: string;
  /** HTTPS URL subscribed to the alert topic, such as PagerDuty's for CloudWatch. @default none */
  readonly endpoint?: string;
  /** How long an alert keeps others about the same from being sent, in seconds. 0: every one is sent. @default 3600 */
  readonly windowSeconds?: number;
  /** ARN of the secret with the routing key of a PagerDuty integration (Events API v2). @default none */
  readonly pagerDutySecretArn?: string;
  /** ARN of the secret with the URL of an incoming webhook of Slack or a relative. @default none */
  readonly slackSecretArn?: string;
  /**
   * ARN of a customer-managed key that encrypts the alert topic. Its policy must let `cloudwatch.amazonaws.com` use it,
   * or alarms are silent: CloudWatch may not use the AWS-managed one. @default not encrypted at rest
   */
  readonly topicKeyArn?: string;
}

/** The PostgreSQL that Supaglue writes to, for the handlers of `addDatabaseUseCases`. */
export interface DatabaseProps {
  /** ARN of the secret with a `postgres://` URL, or RDS's JSON. */
  readonly secretArn: string;
  /** ARN of the secret with PEM certificates of the authority that signed the database's. @default public ones and RDS's */
  readonly caSecretArn?: string;
  /** Schema that Supaglue writes into. @default supaglue */
  readonly supaglueSchema?: string;
  /** Schema of the application's tables. @default app */
  readonly applicationSchema?: string;
  /** After a deleted connection, deletes that customer's rows from Supaglue's tables too. @default false */
  readonly cleanSupaglueTables?: boolean;
  /** ARN of the secret with Supaglue's API key: a backfill then triggers a full sync, and Supaglue is asked for schemas and mappings. @default none */
  readonly supaglueApiKeySecretArn?: string;
  /** Supaglue's management API with its version; the key goes there. @default https://api.supaglue.io/mgmt/v2 */
  readonly supaglueApiUrl?: string;
  /** Schemas of connections that write elsewhere than the others, by connection or customer, where Supaglue cannot be asked. @default none */
  readonly connectionSchemas?: Readonly<Record<string, string>>;
  /** The network that the database is in. @default Lambda's own, with a way to the internet */
  readonly network?: NetworkProps;
}

/** What Supaglue's API shows and no event told is made up for: docs/reconciling.md. */
export interface ReconcileProps {
  /** How often they are compared, in minutes, 1 to 1,440. Needs `database.supaglueApiKeySecretArn`. */
  readonly minutes: number;
  /** A change counts as untold after this long, in minutes. @default 60 */
  readonly graceMinutes?: number;
  /** More of the connections than this gone at once, and three of them, and nothing is deleted. @default 20 */
  readonly gonePercent?: number;
}

/** By ids alone: a look-up would bind the template to one account. It needs a NAT gateway, or endpoints for SQS, DynamoDB, SNS and Secrets Manager. */
export interface NetworkProps {
  readonly vpcId: string;
  /** 1 to 16. */
  readonly subnetIds: readonly string[];
  /** 1 to 5. */
  readonly securityGroupIds: readonly string[];
}

/** Everything but the handlers: what the CDK context of an app can say, too. */
export interface SupaglueWebhooksSettings {
  /** Ends the service names in logs and metrics, so that two deployments in one account do not mix. @default prod */
  readonly stage?: string;
  readonly ingest?: IngestProps;
  readonly consumer?: ConsumerProps;
  readonly retries?: RetryProps;
  readonly alerts?: AlertProps;
  /** @default none: `addDatabaseUseCases` registers nothing */
  readonly database?: DatabaseProps | Pick<DatabaseProps, 'supaglueApiKeySecretArn' | 'supaglueApiUrl'>;
  /** @default none: what Supaglue does not tell is not found */
  readonly reconcile?: ReconcileProps;
  /** Days that a record is kept after its last write, 22 or more: Svix can resend for 90. @default 100 */
  readonly ledgerRetentionDays?: number;
  /** Retention of all log groups, one of the values that CloudWatch Logs takes, in days. @default 30 */
  readonly logRetentionDays?: number;
  /** X-Ray traces of both functions. @default false */
  readonly tracing?: boolean;
  /** Keeps queues, ledger and signing secret when the stack is destroyed. @default true */
  readonly retainData?: boolean;
}

export interface SupaglueWebhooksProps extends SupaglueWebhooksSettings {
  /** Senders beside Supaglue: any that signs as Standard Webhooks asks, each with a secret of its own. @default none */
  readonly sources?: Readonly<Record<string, SourceProps>>;
  /** Path of the file that registers your handlers and exports `handler`, made by `createConsumerHandler`. */
  readonly handlers: string;
}
