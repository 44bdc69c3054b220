import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { IngestEnvironment } from '../../lambdas/contract/environment.ts';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { decodeBody } from '../../lambdas/runtime/message-body.ts';
import { bundle } from '../../lib/bundle.ts';
import type { RouteModel } from '../../local/assembly/stack-model.ts';
import type { LocalCloudObserver } from '../../local/cloud-events.ts';
import { startSqsEngine } from '../../local/engines/sqs.ts';
import { startGateway } from '../../local/gateway/gateway.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { LocalFunction } from '../../local/runtime/local-function.ts';
import { startSecretsManager } from '../../local/services/secrets-manager.ts';
import { SECRET } from '../ingest/fixtures.ts';
import { createQueuePair, sqsClient } from '../support/engines.ts';

const SECRET_NAME = 'signing';
const ROUTE: RouteModel = {
  logicalId: 'Route',
  routeKey: 'POST /webhooks',
  apiId: 'api',
  stage: '$default',
  functionId: 'Ingest',
  timeoutMs: 30_000,
  permitted: true,
};

/** The local gateway, behind it ingest as it is deployed, in worker threads, and behind that the SQS engine. */
export interface Edge {
  readonly port: number;
  /** Takes a message off the queue: the bytes that were sent; undefined when it is not there. */
  bodyOf(id: string): Promise<Buffer | undefined>;
  /** Empties the queue: the svix-ids of what was on it and has not been taken before. */
  takeAll(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startEdge(observer: LocalCloudObserver): Promise<Edge> {
  const directory = await mkdtemp(join(tmpdir(), 'hostile-'));
  const [sqsEngine, secrets] = await Promise.all([
    startSqsEngine(),
    startSecretsManager([{ name: SECRET_NAME, arn: `arn:${SECRET_NAME}`, value: SECRET }]),
    bundle({ outDirectory: directory, entries: { ingest: 'lambdas/ingest/handler.ts' } }),
  ]);
  const sqs = sqsClient(sqsEngine);
  const { queueUrl } = await createQueuePair(sqs);
  const ingest = new LocalFunction({
    definition: {
      logicalId: ROUTE.functionId,
      name: 'ingest',
      arn: 'arn:ingest',
      codeDirectory: join(directory, 'ingest'),
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeoutSeconds: 10,
      memoryMb: 128,
      logGroupName: '/aws/lambda/ingest',
      environment: {},
      unresolved: {},
      logEnvironment: {},
    },
    environmentOf: () => ({
      ...LOCAL_IDENTITY_ENVIRONMENT,
      AWS_ENDPOINT_URL_SQS: sqsEngine.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      POWERTOOLS_SERVICE_NAME: 'ingest-hostile',
      POWERTOOLS_METRICS_NAMESPACE: 'SupaglueWebhooks',
      [IngestEnvironment.QUEUE_URL]: queueUrl,
      [IngestEnvironment.SIGNING_SECRET_ID]: SECRET_NAME,
    }),
    observer,
    maxSandboxes: 2,
  });
  const gateway = await startGateway({
    routes: [ROUTE],
    functionOf: () => ingest,
    observer,
    port: 0,
  });

  const taken = new Map<string, Buffer>();

  /** Takes up to ten messages off the queue; false when it was empty. */
  async function take(): Promise<boolean> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    );
    for (const { Body = '', MessageAttributes = {} } of Messages) {
      const id = MessageAttributes[MessageAttribute.SVIX_ID]?.StringValue ?? '';
      taken.set(id, decodeBody(Body, MessageAttributes[MessageAttribute.BODY_ENCODING]?.StringValue));
    }
    if (Messages.length === 0) return false;
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    // Safe to delete: the test is the queue's only reader, and holds the messages now.
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    return true;
  }

  return {
    port: gateway.port,
    async bodyOf(id) {
      while (!taken.has(id) && (await take()));
      const body = taken.get(id);
      taken.delete(id);
      return body;
    },
    async takeAll() {
      while (await take());
      const ids = [...taken.keys()];
      taken.clear();
      return ids;
    },
    async stop() {
      await gateway.close();
      await ingest.kill();
      sqs.destroy();
      await Promise.all([sqsEngine.stop(), secrets.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
