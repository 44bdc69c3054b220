import '../runtime/source-lines.ts';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { IngestEnvironment } from '../contract/environment.ts';
import { type IngestSource, pathOf } from '../contract/source.ts';
import { clientOptions } from '../runtime/client-options.ts';
import { requireText } from '../runtime/environment.ts';
import { createHttpHandler } from './http-handler.ts';
import { createIngest } from './ingest.ts';
import { createEnqueue, createQueueClient } from './queue.ts';
import { createReport } from './report.ts';
import type { RoutedSource } from './routing.ts';
import { createSecretSource } from './secret-source.ts';
import { createSecretFetcher, SECRETS_MANAGER_BOUNDS } from './secrets-manager.ts';
import { createSourceFilter } from './source-filter.ts';

const environment = process.env;

const client = new SecretsManagerClient(clientOptions(SECRETS_MANAGER_BOUNDS));
const enqueue = createEnqueue(createQueueClient(), requireText(environment, IngestEnvironment.QUEUE_URL));

function open(secretId: string, allowedSources: string | undefined, source?: RoutedSource) {
  const secrets = createSecretSource({ fetchSecret: createSecretFetcher(client, secretId), nowMs: Date.now });
  const isAllowedSource = createSourceFilter(allowedSources);
  const core = createIngest({
    ...(source && { source }),
    isAllowedSource,
    secrets,
    enqueue,
    nowMs: Date.now,
  });
  return { route: `POST ${pathOf(source?.name)}`, core, secrets };
}

const others: Readonly<Record<string, IngestSource>> = JSON.parse(
  environment[IngestEnvironment.SOURCES] ?? '{}',
);
const opened = [
  open(
    requireText(environment, IngestEnvironment.SIGNING_SECRET_ID),
    environment[IngestEnvironment.ALLOWED_SOURCES],
  ),
  ...Object.entries(others).map(([name, source]) =>
    open(source.secretId, source.allowedSources, { ...source, name }),
  ),
];

export const handler = createHttpHandler(
  new Map(opened.map(({ route, core }) => [route, core])),
  // Both take service and namespace from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE.
  createReport(new Logger(), new Metrics()),
);

// Reads the secrets while the function starts, which also opens the connection. Never rejects: a failure is
// met again, and answered, by the first request.
await Promise.all(opened.map(({ secrets }) => secrets.current()));
