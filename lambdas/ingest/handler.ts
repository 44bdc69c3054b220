import '../runtime/source-lines.ts';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { IngestEnvironment } from '../contract/environment.ts';
import { clientOptions } from '../runtime/client-options.ts';
import { requireText } from '../runtime/environment.ts';
import { createHttpHandler } from './http-handler.ts';
import { createIngest } from './ingest.ts';
import { createEnqueue, createQueueClient } from './queue.ts';
import { createReport } from './report.ts';
import { createSecretSource } from './secret-source.ts';
import { createSecretFetcher, SECRETS_MANAGER_BOUNDS } from './secrets-manager.ts';
import { createSourceFilter } from './source-filter.ts';

const environment = process.env;

const secrets = createSecretSource({
  fetchSecret: createSecretFetcher(
    new SecretsManagerClient(clientOptions(SECRETS_MANAGER_BOUNDS)),
    requireText(environment, IngestEnvironment.SIGNING_SECRET_ID),
  ),
  nowMs: Date.now,
});

const ingest = createIngest({
  isAllowedSource: createSourceFilter(environment[IngestEnvironment.ALLOWED_SOURCES]),
  secrets,
  enqueue: createEnqueue(createQueueClient(), requireText(environment, IngestEnvironment.QUEUE_URL)),
  nowMs: Date.now,
});

export const handler = createHttpHandler(
  ingest,
  // Both take service and namespace from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE.
  createReport(new Logger(), new Metrics()),
);

// Reads the secret while the function starts, which also opens the connection. Never rejects: a failure is
// met again, and answered, by the first request.
await secrets.current();
