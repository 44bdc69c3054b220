import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { HandlerRegistrations } from '../../lambdas/contract/outputs.ts';
import { CommandError } from './command-error.ts';

export interface TargetClients {
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly secretsManager: SecretsManagerClient;
  readonly sns: SNSClient;
  readonly lambda: LambdaClient;
  readonly cloudWatch: CloudWatchClient;
}

/** Where a command works: the local run or a deployed stack, with clients that reach nothing else. */
export interface Target {
  readonly kind: 'local' | 'stack';
  /** For people: `the local run`, or the stack's name. */
  readonly name: string;
  /** How the same target is named on the command line: `--local`, or `--stack NAME`. */
  readonly flag: string;
  readonly webhookUrl: string;
  /** Of the function URL, where there is one beside the gateway's. */
  readonly functionWebhookUrl?: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly ledgerTableName: string;
  /** ARN or name of the Secrets Manager secret. */
  readonly signingSecretId: string;
  readonly alertTopicArn: string;
  /** Senders besides Supaglue: name → ARN or name of the secret with its signing secrets. */
  readonly sourceSecrets: Readonly<Record<string, string>>;
  /** Where the stack's ingest logs. Absent: deployed before `events list`. */
  readonly ingestLogGroup?: string | undefined;
  /** Where a local run tells what it received, and the key that it wants to hear. */
  readonly received?: { readonly url: string; readonly accessKeyId: string };
  /** CloudWatch's page; a local run has none. */
  readonly dashboardUrl?: string;
  /** Where Supaglue's API is compared; absent: nowhere. */
  readonly reconcileFunctionName?: string | undefined;
  /** Which handlers the consumer has, as the local run tells. Absent: the stack's template does. */
  readonly handlers?: HandlerRegistrations | 'unknown';
  /** Path of the framework's construct in its stack. @default Default */
  readonly deploymentPath?: string;
  /** The application database of a local run that has one. A stack's is reached by its functions alone. */
  readonly database?: TargetDatabase;
  readonly clients: TargetClients;
}

export interface TargetDatabase {
  /** Holds the password. */
  readonly url: string;
  readonly supaglueSchema: string;
  readonly applicationSchema: string;
}

/**
 * The same deployment as another sender sees it: its URL and its secret.
 *
 * @param source - @default Supaglue
 * @throws {CommandError} when the deployment has no such source
 */
export function atSource(target: Target, source: string | undefined): Target {
  if (source === undefined) return target;
  const signingSecretId = Object.hasOwn(target.sourceSecrets, source)
    ? target.sourceSecrets[source]
    : undefined;
  if (signingSecretId === undefined) {
    const known = Object.keys(target.sourceSecrets).join(', ') || 'no other than Supaglue';
    throw new CommandError(`${target.name} has no source ${source}: there is ${known}`);
  }
  return { ...target, signingSecretId, webhookUrl: `${target.webhookUrl}/${source}` };
}

/** Ends the idle connections of the target's clients. */
export function closeTarget({ clients }: Target): void {
  for (const client of Object.values(clients)) client.destroy();
}
