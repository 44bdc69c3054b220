import type { SNSClient } from '@aws-sdk/client-sns';
import { ConsumerEnvironment } from '../contract/environment.ts';
import { clientOptions } from '../runtime/client-options.ts';
import { type Environment, requireText } from '../runtime/environment.ts';

/** A message to people. */
export interface Alert {
  /** At most 99 ASCII characters, without line breaks. */
  readonly subject: string;
  /** At most 256 KB of UTF-8. */
  readonly body: string;
  /** The svix-id; sent as the message attribute `event-id`. */
  readonly eventId: string;
}

/** Resolves when the topic has taken the alert; throws, retryably, when it has not. */
export type PublishAlert = (alert: Alert, options: { readonly signal: AbortSignal }) => Promise<void>;

/** About 10 s at most, within the 25 s that a handler has by default. */
const PUBLISH_BOUNDS = { connectTimeoutMs: 1_000, requestTimeoutMs: 3_000, maxAttempts: 3 };

/** Publishes to the stack's alert topic, named by the function's environment. */
export const publishAlert = createAlertPublisher(process.env);

/**
 * The SNS client is loaded at the first alert: it is a chunk of its own in the bundle, so that a cold start
 * without an alert does not pay for it.
 */
export function createAlertPublisher(environment: Environment): PublishAlert {
  let client: SNSClient | undefined;
  return async ({ subject, body, eventId }, { signal }) => {
    const topicArn = requireText(environment, ConsumerEnvironment.ALERT_TOPIC_ARN);
    const { PublishCommand, SNSClient: Client } = await import('@aws-sdk/client-sns');
    client ??= new Client(clientOptions(PUBLISH_BOUNDS));
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: body,
        MessageAttributes: { 'event-id': { DataType: 'String', StringValue: eventId } },
      }),
      { abortSignal: signal },
    );
  };
}
