import type { SNSClient } from '@aws-sdk/client-sns';
import { ConsumerEnvironment } from '../contract/environment.ts';
import { clientOptions } from '../runtime/client-options.ts';
import { type Environment, requireText } from '../runtime/environment.ts';
import { factsOf, type Notice, type PublishNotice } from './message.ts';
import { alertSubject, factLines } from './text.ts';

/** About 10 s at most, within the 25 s that a handler has by default. */
const PUBLISH_BOUNDS = { connectTimeoutMs: 1_000, requestTimeoutMs: 3_000, maxAttempts: 3 };

/** What an email of SNS says. */
export function topicMessage(notice: Notice): { readonly subject: string; readonly body: string } {
  const { alert } = notice;
  return {
    subject: alertSubject(alert.title),
    body: `${alert.headline}

${factLines(factsOf(notice))}

See what became of the event:
  npx supaglue-webhooks events show ${alert.eventId}
`,
  };
}

/**
 * Publishes to the stack's alert topic, named by the function's environment. SNS cannot tell a repeated message
 * from a new one: each carries its event's id as the message attribute `event-id`.
 */
export function createTopicPublisher(environment: Environment): PublishNotice {
  let client: SNSClient | undefined;
  return async (notice, { signal }) => {
    const topicArn = requireText(environment, ConsumerEnvironment.ALERT_TOPIC_ARN);
    const { subject, body } = topicMessage(notice);
    const { PublishCommand, SNSClient: Client } = await import('@aws-sdk/client-sns');
    client ??= new Client(clientOptions(PUBLISH_BOUNDS));
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: subject,
        Message: body,
        MessageAttributes: { 'event-id': { DataType: 'String', StringValue: notice.alert.eventId } },
      }),
      { abortSignal: signal },
    );
  };
}
