import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ConsumerEnvironment } from '../contract/environment.ts';
import { clientOptions } from '../runtime/client-options.ts';
import { type Environment, requireInteger, requireText } from '../runtime/environment.ts';
import { readStoredText } from '../runtime/secret-text.ts';
import type { AlertChannel, PublishNotice, SendAlert } from './message.ts';
import { pagerDuty } from './pagerduty.ts';
import { createAlertSender } from './sender.ts';
import { slack } from './slack.ts';
import { createTopicPublisher } from './topic.ts';
import { createWebhookPublisher } from './webhook.ts';
import { type AlertWindow, createDynamoDbAlertWindow } from './window.ts';

const nowMs = Date.now;
/** As for the ledger: 3 s at most for a claim. */
const TABLE_BOUNDS = { connectTimeoutMs: 1_000, requestTimeoutMs: 1_500, maxAttempts: 2 };
/** One for all channels. */
let tableClient: DynamoDBClient | undefined;

/**
 * Wires one channel. Loaded at the first alert and no sooner: what starts with the function holds none of it.
 *
 * @throws {ConfigurationError} when the environment does not hold what the stack sets
 */
export function createChannelSender(channel: AlertChannel, environment: Environment): SendAlert {
  return createAlertSender({
    channel,
    publish: publisherOf(channel, environment),
    window: windowOf(environment),
  });
}

function publisherOf(channel: AlertChannel, environment: Environment): PublishNotice {
  const fetchSecret = (name: string) => {
    const secretId = requireText(environment, name);
    return () => readStoredText(secretId);
  };
  switch (channel) {
    case 'topic':
      return createTopicPublisher(environment);
    case 'pagerduty':
      return createWebhookPublisher({
        service: pagerDuty,
        fetchSecret: fetchSecret(ConsumerEnvironment.PAGERDUTY_SECRET_ID),
        nowMs,
      });
    case 'slack':
      return createWebhookPublisher({
        service: slack,
        fetchSecret: fetchSecret(ConsumerEnvironment.SLACK_SECRET_ID),
        nowMs,
      });
  }
}

function windowOf(environment: Environment): AlertWindow | undefined {
  const windowSeconds = requireInteger(environment, ConsumerEnvironment.ALERT_WINDOW_SECONDS, 0);
  if (windowSeconds === 0) return undefined;
  tableClient ??= new DynamoDBClient(clientOptions(TABLE_BOUNDS));
  const dynamoDb = tableClient;
  return createDynamoDbAlertWindow({
    table: {
      updateItem: (input, abortSignal) => dynamoDb.send(new UpdateItemCommand(input), { abortSignal }),
      getItem: (input, abortSignal) => dynamoDb.send(new GetItemCommand(input), { abortSignal }),
    },
    tableName: requireText(environment, ConsumerEnvironment.LEDGER_TABLE_NAME),
    windowMs: windowSeconds * 1000,
    nowMs,
  });
}
