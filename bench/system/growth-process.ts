import { createHash, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { addAlerts } from '../../lambdas/alerts/add-alerts.ts';
import { processBatch } from '../../lambdas/consumer/batch.ts';
import { systemClock } from '../../lambdas/consumer/clock.ts';
import type { ConsumerDependencies } from '../../lambdas/consumer/dependencies.ts';
import { createEmfMetrics } from '../../lambdas/consumer/emf-metrics.ts';
import { QUEUE_RETENTION_SECONDS } from '../../lambdas/contract/timing.ts';
import { DynamoDbLedger } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { EventRouter } from '../../lambdas/router/event-router.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { ArchivedTable } from './archived-table.ts';
import { BATCH_SIZE, type GrowthQuestion, growthRecord, type Handled, type Window } from './growth-events.ts';

// The consumer's production code on the simulation's table, in a process of its own.
const FUNCTION_TIMEOUT_MS = 35_000;
setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

const emf = new Metrics();
const counted = { processed: 0, duplicates: 0 };
let table = new ArchivedTable(1);
let dependencies = consumerOn(table);

function unexpected(what: string) {
  return (): never => {
    throw new Error(`nothing here fails, and yet: ${what}`);
  };
}

function consumerOn(ledgerTable: ArchivedTable): ConsumerDependencies {
  const metrics = createEmfMetrics(emf);
  const log = (message: string, keys?: unknown) => unexpected(`${message} ${JSON.stringify(keys)}`)();
  return {
    ledger: new DynamoDbLedger({ table: ledgerTable, tableName: 'ledger', retentionDays: 100 }),
    routes: addAlerts(new EventRouter(), {}),
    queue: { hide: unexpected('a message is hidden'), copyToDeadLetters: unexpected('a dead letter') },
    policy: {
      maxAttempts: 12,
      maxReceiveCount: 50,
      backoffBaseMs: 10_000,
      backoffCapMs: 900_000,
      queueRetentionMs: QUEUE_RETENTION_SECONDS * 1_000,
    },
    clock: systemClock,
    random: Math.random,
    newOwner: randomUUID,
    metrics: {
      ...metrics,
      processed(latencyMs) {
        counted.processed += 1;
        metrics.processed(latencyMs);
      },
      duplicate() {
        counted.duplicates += 1;
        metrics.duplicate();
      },
    },
    logger: { debug: log, info: log, warn: log, error: log },
  };
}

/** Takes these events through the consumer in batches. What is measured leaves the making of the events out. */
async function handle(events: readonly number[]): Promise<Window> {
  const records = events.map(growthRecord);
  table.takeUse();
  const before = process.cpuUsage();
  for (let start = 0; start < records.length; start += BATCH_SIZE) {
    const { batchItemFailures } = await processBatch(
      { Records: records.slice(start, start + BATCH_SIZE) },
      { deadlineMs: Date.now() + FUNCTION_TIMEOUT_MS },
      dependencies,
    );
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} events came back`);
    emf.publishStoredMetrics();
  }
  const { user, system } = process.cpuUsage(before);
  const { updates, reads, cpuUs } = table.takeUse();
  return {
    consumerUs: (user + system - cpuUs) / events.length,
    tableUs: cpuUs / events.length,
    calls: (updates + reads) / events.length,
  };
}

async function handleInWindows({ events, windowEvents }: Extract<GrowthQuestion, { ask: 'handle' }>) {
  const windows: Window[] = [];
  for (let start = 0; start < events.length; start += windowEvents) {
    windows.push(await handle(events.slice(start, start + windowEvents)));
  }
  collectGarbage();
  return { windows, heapBytes: process.memoryUsage().heapUsed } satisfies Handled;
}

function fill(from: number, to: number): void {
  const model = table.archive.get(growthRecord(0).messageId);
  if (model === undefined) throw new Error('no record to copy');
  for (let number = from; number < to; number += 1) {
    const { messageId, body } = growthRecord(number);
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    table.archive.put(messageId, { ...model, event_id: { S: messageId }, body_sha256: { S: bodySha256 } });
  }
}

answerQuestions(async (question: GrowthQuestion) => {
  switch (question.ask) {
    case 'handle':
      return handleInWindows(question);
    case 'new-ledger':
      table = new ArchivedTable(question.capacity);
      dependencies = consumerOn(table);
      Object.assign(counted, { processed: 0, duplicates: 0 });
      return {};
    case 'fill':
      fill(question.from, question.to);
      return {};
    case 'summary':
      return { ...counted, records: table.archive.size, open: table.open, ledgerBytes: table.archive.bytes };
  }
});
