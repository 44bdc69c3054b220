import { type JobsOptions, Queue } from 'bullmq';
import express, { type Request, type Response } from 'express';
import { Webhook, WebhookVerificationError } from 'svix';

/** Above Svix's largest payload; Express takes 100 KB unless told. */
const BODY_LIMIT = '1mb';

export interface TutorialOptions {
  readonly redisPort: number;
  /** `whsec_…` */
  readonly secret: string;
  /** @default 'webhooks' */
  readonly queueName?: string;
  /** Of the job for this svix-id, beside those of the tutorial. */
  readonly jobOptions?: (svixId: string) => JobsOptions;
}

/**
 * The design that Supaglue's own tutorial shows: Express takes the webhook and BullMQ puts it on a queue in Redis.
 * The signature is verified here, as Svix's documentation has it for Express; the tutorial leaves it out.
 */
export function createTutorialServer({
  redisPort,
  secret,
  queueName = 'webhooks',
  jobOptions = () => ({}),
}: TutorialOptions) {
  const queue = new Queue(queueName, { connection: { host: '127.0.0.1', port: redisPort } });
  const webhook = new Webhook(secret);
  const app = express();
  app.post(
    '/webhooks',
    express.raw({ type: 'application/json', limit: BODY_LIMIT }),
    async ({ body, headers }: Request, response: Response) => {
      let event: { readonly webhook_event_type?: string };
      try {
        event = webhook.verify(body as Buffer, headers as Record<string, string>) as typeof event;
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        response.status(400).json({ message: 'invalid signature' });
        return;
      }
      await queue.add(event.webhook_event_type ?? 'unknown', event, {
        ...jobOptions(String(headers['svix-id'])),
        removeOnComplete: true,
      });
      response.status(200).json({ message: 'accepted' });
    },
  );
  return { app, queue };
}
