import '../runtime/source-lines.ts';
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ConsumerEnvironment, RECONCILES_VARIABLE } from '../contract/environment.ts';
import type { HandlerRegistrations } from '../contract/outputs.ts';
import { DynamoDbLedger } from '../ledger/dynamodb-ledger.ts';
import { ledgerTableOf } from '../ledger/ledger-table.ts';
import type { EventRoutes } from '../router/handler.ts';
import { type Environment, requireInteger, requireText } from '../runtime/environment.ts';
import { processBatch } from './batch.ts';
import { systemClock } from './clock.ts';
import type { ConsumerDependencies } from './dependencies.ts';
import { createEmfMetrics } from './emf-metrics.ts';
import { checkHandlerCounts } from './handler-limit.ts';
import { createLazyQueue } from './lazy-queue.ts';
import { createLedgerClient, primeLedgerClient } from './ledger-client.ts';
import { parseRetryPolicy } from './policy.ts';
import { createHandlerLogger } from './powertools-logger.ts';

/** The client of a function that is starting; elsewhere (a test, the listing of handlers) nothing is called at load. */
const starting =
  process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] === undefined ? undefined : createLedgerClient();
await primeLedgerClient(starting, process.env[ConsumerEnvironment.LEDGER_TABLE_NAME]);

/** What the consumer needs of an `EventRouter`, whatever events it knows. */
export interface ConsumerRoutes extends EventRoutes {
  registrations(): HandlerRegistrations;
}

/** Lambda's entry: one batch of the event source mapping, answered with what is to be delivered again. */
export interface ConsumerHandler {
  (event: SQSEvent, context: Context): Promise<SQSBatchResponse>;
  /** Which handlers it runs: read from the bundle when the stack is synthesised. */
  registrations(): HandlerRegistrations;
  /** The router itself, for tests of handlers. */
  readonly routes: ConsumerRoutes;
}

/**
 * The consumer of a router's events. Export it as `handler` from the file that the stack takes as the consumer's code:
 *
 * ```ts
 * export const handler = createConsumerHandler(router);
 * ```
 *
 * @param environment - @default the function's own
 * @throws {ConfigurationError} when a variable that the stack sets is missing: the function does not start
 * @throws {RegistrationError} when one event has more handlers than a record of the ledger can tell of
 */
export function createConsumerHandler(
  routes: ConsumerRoutes,
  environment: Environment = process.env,
): ConsumerHandler {
  checkHandlerCounts(routes.registrations());
  // Both take service and namespace from POWERTOOLS_SERVICE_NAME and POWERTOOLS_METRICS_NAMESPACE.
  const logger = new Logger();
  const metrics = new Metrics();
  const dynamoDb = starting ?? createLedgerClient();

  // Handlers read them at their first alert: a stack that does not set them must fail here, at load.
  requireText(environment, ConsumerEnvironment.ALERT_TOPIC_ARN);
  requireInteger(environment, ConsumerEnvironment.ALERT_WINDOW_SECONDS);

  const queueUrls = {
    queueUrl: requireText(environment, ConsumerEnvironment.QUEUE_URL),
    deadLetterQueueUrl: requireText(environment, ConsumerEnvironment.DEAD_LETTER_QUEUE_URL),
  };

  const table = ledgerTableOf(dynamoDb);
  const tableName = requireText(environment, ConsumerEnvironment.LEDGER_TABLE_NAME);
  const reconciles = environment[RECONCILES_VARIABLE] === 'true';
  const dependencies: ConsumerDependencies = {
    // Loaded by those who reconcile alone.
    ...(reconciles && {
      holderOf: async (message, event) =>
        (await import('./content.ts')).createHolderOf(table, tableName, dependencies)(message, event),
    }),
    ledger: new DynamoDbLedger({
      table,
      tableName,
      retentionDays: requireInteger(environment, ConsumerEnvironment.LEDGER_RETENTION_DAYS, 1),
    }),
    queue: createLazyQueue(async () => (await import('./open-queue.ts')).openQueue(queueUrls)),
    routes,
    policy: parseRetryPolicy(environment),
    clock: systemClock,
    random: Math.random,
    newOwner: randomUUID,
    metrics: createEmfMetrics(metrics),
    logger: createHandlerLogger(logger),
  };

  const handle = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadlineMs = systemClock.nowMs() + context.getRemainingTimeInMillis();
    logger.appendKeys({ function_request_id: context.awsRequestId });
    try {
      return await processBatch(event, { deadlineMs }, dependencies);
    } finally {
      // A batch that only dead-lettered has written its metrics already, and Powertools warns of an empty set.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
  return Object.assign(handle, { routes, registrations: () => routes.registrations() });
}
