import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

const client = new SQSClient({});
const QueueUrl = process.env['QUEUE_URL'];
const text = (StringValue: string | undefined) => ({ DataType: 'String', StringValue: StringValue ?? '' });

/** The floor of ingest: the message that ours sends, sent by the SDK, and nothing else. */
export async function handler({ body, headers }: APIGatewayProxyEventV2) {
  await client.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: body,
      MessageGroupId: 'example-customer',
      MessageAttributes: {
        'svix-id': text(headers['svix-id']),
        'svix-timestamp': text(headers['svix-timestamp']),
        'event-type': text('sync.complete'),
        'received-at': text(String(Date.now())),
      },
    }),
  );
  return { statusCode: 200 };
}
