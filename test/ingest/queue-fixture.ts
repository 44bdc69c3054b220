import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type CallBounds, clientOptions } from '../../lambdas/runtime/client-options.ts';
import { startSqsEngine } from '../../local/engines/sqs.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';

export function sqsClient(endpoint: string, bounds: CallBounds): SQSClient {
  return new SQSClient({ ...LOCAL_CLIENT, endpoint, ...clientOptions(bounds) });
}

export interface TestQueue {
  readonly endpoint: string;
  readonly client: SQSClient;
  readonly url: string;
  /** Takes up to ten messages that are there now. */
  receive(): Promise<readonly Message[]>;
  stop(): Promise<void>;
}

export async function startQueue(): Promise<TestQueue> {
  const engine = await startSqsEngine();
  const client = sqsClient(engine.endpoint, {
    connectTimeoutMs: 1_000,
    requestTimeoutMs: 2_500,
    maxAttempts: 3,
  });
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: 'webhooks' }));
  return {
    endpoint: engine.endpoint,
    client,
    url,
    async receive() {
      const { Messages } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return Messages ?? [];
    },
    async stop() {
      client.destroy();
      await engine.stop();
    },
  };
}
