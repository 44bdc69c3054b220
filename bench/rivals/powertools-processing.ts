/**
 * The consumer as Powertools' documentation has it: BatchProcessor in parallel, each handler made idempotent by
 * svix-id and its own name, so that one that completed does not run again for a sibling's failure. Schemas and
 * handlers are this project's: only the machinery differs.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createHandlerLogger } from '../../lambdas/consumer/powertools-logger.ts';
import { type SyncComplete, syncComplete } from '../../lambdas/events/sync.ts';
import type { Handler } from '../../lambdas/router/handler.ts';

/** As long as this project's ledger keeps its records. */
const RETENTION_SECONDS = 100 * 24 * 60 * 60;

export type Handlers = Readonly<Record<string, Handler<SyncComplete>>>;

export function createPowertoolsConsumer(handlers: Handlers) {
  const logger = new Logger();
  const handlerLogger = createHandlerLogger(logger);
  const metrics = new Metrics();
  const processor = new BatchProcessor(EventType.SQS);
  const config = new IdempotencyConfig({ expiresAfterSeconds: RETENTION_SECONDS });
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName: process.env['IDEMPOTENCY_TABLE_NAME'] ?? '',
  });

  /** The key is the first argument: Powertools hashes it. */
  const runOnce = makeIdempotent(
    async (idempotencyKey: string, handler: string, record: SQSRecord, event: SyncComplete) => {
      const eventId = record.messageAttributes['svix-id']?.stringValue ?? '';
      await handlers[handler]?.({
        event,
        eventId,
        handler,
        attempt: Number(record.attributes.ApproximateReceiveCount),
        idempotencyKey,
        receivedAt: new Date(Number(record.attributes.SentTimestamp)),
        signal: new AbortController().signal,
        deadline: new Date(Date.now() + 30_000),
        logger: handlerLogger,
        note() {},
      });
    },
    { persistenceStore, config },
  );

  async function handleRecord(record: SQSRecord): Promise<void> {
    const eventId = record.messageAttributes['svix-id']?.stringValue;
    if (eventId === undefined) throw new Error('the message carries no svix-id');
    const payload: unknown = JSON.parse(record.body);
    const event = syncComplete.parse(payload);
    await Promise.all(
      Object.keys(handlers).map((name) => runOnce(`${eventId}:${name}`, name, record, event)),
    );
    metrics.addMetric('EventsProcessed', MetricUnit.Count, 1);
  }

  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    config.registerLambdaContext(context);
    logger.addContext(context);
    try {
      // Acknowledged is what was not named as failed: each such record's handlers are recorded as completed.
      return await processPartialResponse(event, handleRecord, processor, {
        context,
        throwOnFullBatchFailure: false,
      });
    } finally {
      metrics.publishStoredMetrics();
    }
  };
}
