import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import {
  HANDLERS_VARIABLE,
  RECEIVED_VARIABLE,
  RECONCILE_VARIABLE,
  SOURCES_VARIABLE,
} from '../../local/cloud-exports.ts';
import { localClients } from './clients.ts';
import { CommandError } from './command-error.ts';
import { isLoopbackUrl } from './loopback.ts';
import type { Target } from './target.ts';

export type LocalExports = Readonly<Record<string, string | undefined>>;

/**
 * The local run that these exports describe.
 *
 * @throws {CommandError} when a value is missing, or names anything but this machine
 */
export function localTarget(exports: LocalExports): Target {
  return {
    kind: 'local',
    name: 'the local run',
    flag: '--local',
    webhookUrl: url(exports, 'WEBHOOK_URL'),
    ...(exports['FUNCTION_WEBHOOK_URL'] === undefined
      ? {}
      : { functionWebhookUrl: url(exports, 'FUNCTION_WEBHOOK_URL') }),
    queueUrl: url(exports, 'QUEUE_URL'),
    deadLetterQueueUrl: url(exports, 'DEAD_LETTER_QUEUE_URL'),
    ledgerTableName: text(exports, 'LEDGER_TABLE_NAME'),
    signingSecretId: text(exports, 'SIGNING_SECRET_ID'),
    alertTopicArn: text(exports, 'ALERT_TOPIC_ARN'),
    sourceSecrets: JSON.parse(exports[SOURCES_VARIABLE] ?? '{}'),
    handlers: JSON.parse(exports[HANDLERS_VARIABLE] ?? '"unknown"'),
    received: { url: url(exports, RECEIVED_VARIABLE), accessKeyId: text(exports, 'AWS_ACCESS_KEY_ID') },
    reconcileFunctionName: exports[RECONCILE_VARIABLE],
    ...databaseOf(exports),
    clients: localClients(
      {
        sqs: url(exports, 'AWS_ENDPOINT_URL_SQS'),
        dynamoDb: url(exports, 'AWS_ENDPOINT_URL_DYNAMODB'),
        secretsManager: url(exports, 'AWS_ENDPOINT_URL_SECRETS_MANAGER'),
        sns: url(exports, 'AWS_ENDPOINT_URL_SNS'),
        lambda: url(exports, 'AWS_ENDPOINT_URL_LAMBDA'),
        cloudWatch: url(exports, 'AWS_ENDPOINT_URL_CLOUDWATCH'),
      },
      {
        accessKeyId: text(exports, 'AWS_ACCESS_KEY_ID'),
        secretAccessKey: text(exports, 'AWS_SECRET_ACCESS_KEY'),
      },
    ),
  };
}

function text(exports: LocalExports, name: string): string {
  const value = exports[name];
  if (value === undefined || value === '') {
    throw new CommandError(`the local run's exports hold no ${name}: start it again with \`npm start\``);
  }
  return value;
}

/** Whatever the file says, `--local` stays on this machine. The SQS client even follows a queue's own URL. */
function url(exports: LocalExports, name: string): string {
  const value = text(exports, name);
  if (!isLoopbackUrl(value)) {
    throw new CommandError(
      `${name} of the local run's exports is not on this machine: start it again with \`npm start\``,
    );
  }
  return value;
}

/** The user named the database when the run was started, so it may be anywhere. */
function databaseOf(exports: LocalExports): Pick<Target, 'database'> {
  if (exports['DATABASE_URL'] === undefined) return {};
  return {
    database: {
      url: text(exports, 'DATABASE_URL'),
      supaglueSchema: text(exports, ConsumerEnvironment.SUPAGLUE_SCHEMA),
      applicationSchema: text(exports, ConsumerEnvironment.APPLICATION_SCHEMA),
    },
  };
}
