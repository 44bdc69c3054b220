import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { IngestEnvironment } from '../lambdas/contract/environment.ts';
import { INGEST_SERVICE } from '../lambdas/contract/metrics.ts';
import { INGEST_TIMEOUT_SECONDS } from '../lambdas/contract/timing.ts';
import type { SigningSecret } from './signing-secret.ts';
import type { StackConfig } from './stack-config.ts';
import { optionalVariable, WebhookFunction } from './webhook-function.ts';
import type { WebhookSources } from './webhook-sources.ts';

export interface IngestFunctionProps {
  readonly config: StackConfig;
  readonly assetDirectory: string;
  readonly queue: Queue;
  readonly signingSecret: SigningSecret;
  readonly sources: WebhookSources;
}

/** Verifies a webhook and puts it on the queue. */
export class IngestFunction extends Construct {
  readonly function: WebhookFunction['function'];

  constructor(scope: Construct, id: string, props: IngestFunctionProps) {
    super(scope, id);
    const { config, queue, signingSecret } = props;
    const ingest = new WebhookFunction(this, 'Ingest', {
      config,
      description: 'Verifies Supaglue webhooks and puts them on the queue',
      assetDirectory: props.assetDirectory,
      timeoutSeconds: INGEST_TIMEOUT_SECONDS,
      service: INGEST_SERVICE,
      environment: {
        [IngestEnvironment.QUEUE_URL]: queue.queueUrl,
        [IngestEnvironment.SIGNING_SECRET_ID]: signingSecret.secretArn,
        ...optionalVariable(IngestEnvironment.ALLOWED_SOURCES, config.allowedSources?.join(',')),
      },
    });
    ingest.allow(queue.queueArn, 'sqs:SendMessage');
    ingest.allow(signingSecret.secretArn, 'secretsmanager:GetSecretValue');
    for (const { secret } of props.sources.byName.values()) {
      ingest.allow(secret.secretArn, 'secretsmanager:GetSecretValue');
    }
    this.function = ingest.function;
  }
}
