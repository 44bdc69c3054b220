import { randomUUID } from 'node:crypto';
import { DeleteMessageBatchCommand, type Message } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { processBatch } from '../../lambdas/consumer/batch.ts';
import { systemClock } from '../../lambdas/consumer/clock.ts';
import type { ConsumerDependencies } from '../../lambdas/consumer/dependencies.ts';
import { eventIdOf } from '../../lambdas/consumer/incoming-message.ts';
import { createSqsQueue } from '../../lambdas/consumer/sqs-queue.ts';
import type { Failure } from '../../lambdas/contract/failure.ts';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { createIngest, type Outcome } from '../../lambdas/ingest/ingest.ts';
import { createEnqueue } from '../../lambdas/ingest/queue.ts';
import { createSecretSource } from '../../lambdas/ingest/secret-source.ts';
import { sign } from '../../lambdas/ingest/signature.ts';
import { DynamoDbLedger } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { ledgerTableOf } from '../../lambdas/ledger/ledger-table.ts';
import type { EventRoutes } from '../../lambdas/router/handler.ts';
import { readBatchAnswer } from '../../local/poller/batch-answer.ts';
import { toRecord } from '../../local/poller/sqs-event.ts';
import { patienceMs } from '../support/slowness.js';
import type { TestEnvironment } from '../support/test-resources.ts';
import { PATIENCE_MS } from './eventually.ts';
import { type PairRig, pairRig } from './queue-rig.ts';

export const MAX_ATTEMPTS = 2;
/** Long enough for a slow line and a busy machine. A copy that meets another at work waits for the end of its lease. */
const FUNCTION_TIMEOUT_MS = Math.min(36_000, patienceMs(12_000));
const INGEST_BUDGET_MS = patienceMs(9_000);
const DAY_MS = 86_400_000;
const SECRET = `whsec_${Buffer.alloc(32, 'of the pipeline suite').toString('base64')}`;

export interface Letter {
  readonly message: Message;
  readonly failure: Failure;
}

/** A delivery of an event to the consumer, and what it answered. */
export interface Delivery {
  readonly eventId: string | undefined;
  readonly receiveCount: number;
  readonly acknowledged: boolean;
}

export interface Signed {
  readonly secret: string;
  readonly timestampSeconds: number;
}

/** The production code of ingest and consumer on queues and a table; Lambda and HTTP alone are left out. */
export interface PipelineRig {
  readonly queues: PairRig;
  readonly ledger: DynamoDbLedger;
  /** Every delivery so far. */
  readonly deliveries: readonly Delivery[];
  /** Signs the body as Svix would, with the right secret and now by default, and hands it to ingest. */
  post(eventId: string, body: string, signed?: Partial<Signed>): Promise<Outcome>;
  /** Delivers batches until `done` holds, looked at after each. */
  deliverUntil(done: () => boolean): Promise<void>;
  /** Delivers until the messages of this event have been acknowledged as often as `times` says, one by default. */
  settle(eventId: string, times?: number): Promise<void>;
  /** The dead letter of this event, which is removed. */
  letter(eventId: string): Promise<Letter>;
  /** What the consumer counted, by name; dead letters by reason. */
  counted(name: string): number;
}

export async function pipelineRig(environment: TestEnvironment, routes: EventRoutes): Promise<PipelineRig> {
  const { sqs, dynamoDb } = environment;
  const [queues, tableName] = await Promise.all([pairRig(environment), environment.createLedgerTable()]);
  const ledger = new DynamoDbLedger({
    table: ledgerTableOf(dynamoDb),
    tableName,
    retentionDays: 100,
  });
  const ingest = createIngest({
    isAllowedSource: () => true,
    secrets: createSecretSource({ fetchSecret: async () => SECRET, nowMs: Date.now }),
    enqueue: createEnqueue(sqs, queues.main.url),
    nowMs: Date.now,
  });
  const counts = new Map<string, number>();
  const count = (name: string) => () => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const dependencies: ConsumerDependencies = {
    ledger,
    routes,
    queue: createSqsQueue({ client: sqs, ...queues.pair }),
    policy: {
      maxAttempts: MAX_ATTEMPTS,
      maxReceiveCount: 50,
      // The shortest there is: one second, which visibility is counted in.
      backoffBaseMs: 1_000,
      backoffCapMs: 1_000,
      queueRetentionMs: 4 * DAY_MS,
    },
    clock: systemClock,
    random: Math.random,
    newOwner: randomUUID,
    metrics: {
      processed: count('processed'),
      duplicate: count('duplicate'),
      deferred: count('deferred'),
      retried: count('retried'),
      unhandled: count('unhandled'),
      attemptAbandoned: count('attemptAbandoned'),
      reconciled: count('reconciled'),
      deadLettered: (reason) => count(reason)(),
    },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  };
  const deliveries: Delivery[] = [];

  /** One batch, by the rules of an event source mapping that reports item failures. */
  async function deliver(records: readonly SQSRecord[]): Promise<void> {
    const deadlineMs = Date.now() + FUNCTION_TIMEOUT_MS;
    const answer = readBatchAnswer(
      JSON.stringify(await processBatch({ Records: [...records] }, { deadlineMs }, dependencies)),
      new Set(records.map(({ messageId }) => messageId)),
    );
    if (!answer.ok) throw new Error(`the consumer answered what no event source takes: ${answer.reason}`);
    const done = records.filter(({ messageId }) => !answer.failed.has(messageId));
    if (done.length > 0) {
      const { Failed = [] } = await sqs.send(
        // Safe to delete: the consumer has acknowledged these, and no other.
        new DeleteMessageBatchCommand({
          QueueUrl: queues.main.url,
          Entries: done.map(({ messageId, receiptHandle }) => ({
            Id: messageId,
            ReceiptHandle: receiptHandle,
          })),
        }),
      );
      if (Failed.length > 0) throw new Error(`not deleted: ${Failed[0]?.Code}`);
    }
    for (const record of records) {
      deliveries.push({
        eventId: eventIdOf(record),
        receiveCount: Number(record.attributes.ApproximateReceiveCount),
        acknowledged: done.includes(record),
      });
    }
  }

  async function deliverUntil(done: () => boolean): Promise<void> {
    const startedMs = performance.now();
    const isOver = () =>
      performance.now() > startedMs + PATIENCE_MS && performance.now() > startedMs + patienceMs(PATIENCE_MS);
    while (!done()) {
      if (isOver()) throw new Error(`not within ${PATIENCE_MS} ms; ${JSON.stringify(deliveries.slice(-20))}`);
      const messages = await queues.main.receive();
      const records = messages.map((message) => toRecord(message, queues.pair.queueArn));
      if (records.length > 0) await deliver(records);
    }
  }

  return {
    queues,
    ledger,
    deliveries,
    deliverUntil,
    async post(id, body, { secret = SECRET, timestampSeconds = Math.floor(Date.now() / 1_000) } = {}) {
      return ingest({
        headers: {
          'svix-id': id,
          'svix-timestamp': String(timestampSeconds),
          'svix-signature': sign({ id, timestampSeconds, body, secret }),
        },
        body: Buffer.from(body),
        sourceAddress: '192.0.2.10',
        budgetMs: INGEST_BUDGET_MS,
      });
    },
    settle: (eventId, times = 1) =>
      deliverUntil(
        () =>
          deliveries.filter((delivery) => delivery.eventId === eventId && delivery.acknowledged).length >=
          times,
      ),
    async letter(eventId) {
      const message = await queues.dead.takeOne(
        ({ MessageAttributes }) => MessageAttributes?.[MessageAttribute.SVIX_ID]?.StringValue === eventId,
      );
      await queues.dead.remove(message);
      const failure = message.MessageAttributes?.[MessageAttribute.FAILURE]?.StringValue;
      return { message, failure: JSON.parse(failure ?? 'null') };
    },
    counted: (name) => counts.get(name) ?? 0,
  };
}
