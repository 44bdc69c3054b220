/**
 * Ingest as a good engineer writes it without this project: Svix's library verifies, zod validates, the SDK's
 * clients with their defaults do the rest. The secret is cached for five minutes, as ours is.
 */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Webhook, WebhookVerificationError } from 'svix';
import { z } from 'zod';

const SECRET_MAX_AGE_MS = 5 * 60_000;

const sqs = new SQSClient({});
const secretsManager = new SecretsManagerClient({});

const eventSchema = z.looseObject({ webhook_event_type: z.string().min(1), customer_id: z.string().min(1) });

let cached: { readonly webhook: Webhook; readonly readAtMs: number } | undefined;

async function currentWebhook(): Promise<Webhook> {
  if (cached !== undefined && Date.now() - cached.readAtMs < SECRET_MAX_AGE_MS) return cached.webhook;
  const { SecretString } = await secretsManager.send(
    new GetSecretValueCommand({ SecretId: process.env['SIGNING_SECRET_ID'] }),
  );
  if (SecretString === undefined) throw new Error('the signing secret has no value');
  cached = { webhook: new Webhook(SecretString), readAtMs: Date.now() };
  return cached.webhook;
}

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const text = event.body ?? '';
  const body = event.isBase64Encoded ? Buffer.from(text, 'base64').toString('utf8') : text;
  const webhook = await currentWebhook();
  let verified: unknown;
  try {
    verified = webhook.verify(body, event.headers as Record<string, string>);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return answer(401, 'invalid signature');
    throw error;
  }
  const parsed = eventSchema.safeParse(verified);
  if (!parsed.success) return answer(400, 'invalid payload');
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env['QUEUE_URL'],
      MessageBody: body,
      MessageGroupId: parsed.data.customer_id,
      MessageAttributes: {
        'svix-id': { DataType: 'String', StringValue: event.headers['svix-id'] },
        'event-type': { DataType: 'String', StringValue: parsed.data.webhook_event_type },
      },
    }),
  );
  return answer(200, 'accepted');
}

function answer(statusCode: number, message: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  };
}
