import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';

export interface TargetClients {
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly secretsManager: SecretsManagerClient;
}

/** Where a command works: the local run or a deployed stack, with clients that reach nothing else. */
export interface Target {
  readonly kind: 'local' | 'stack';
  /** For people: `the local run`, or the stack's name. */
  readonly name: string;
  /** How the same target is named on the command line: `--local`, or `--stack NAME`. */
  readonly flag: string;
  readonly webhookUrl: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly ledgerTableName: string;
  /** ARN or name of the Secrets Manager secret. */
  readonly signingSecretId: string;
  readonly clients: TargetClients;
}

/** Ends the idle connections of the target's clients. */
export function closeTarget({ clients }: Target): void {
  for (const client of Object.values(clients)) client.destroy();
}
