import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { toQueueMessage } from '../../lambdas/ingest/message.ts';
import { DynamoDbLedger } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { ledgerTableOf } from '../../lambdas/ledger/ledger-table.ts';
import { createLedgerTable, createQueuePair, dynamoDbClient, sqsClient } from '../../test/support/engines.ts';
import { syncBody } from '../far-end/lambda-events.ts';
import type { CpuParts, Question } from './subject.ts';
import { startSubject } from './systems.ts';

const BATCH = 10;
const BODY_BYTES = 500;

/**
 * Makes the calls of `events` events (SendMessage, the claim, the final write, and for each ten a receive and a
 * delete) on the engines alone.
 *
 * @returns their processor time for each event, in milliseconds
 */
export async function engineCpuMs(events: number, signal: AbortSignal): Promise<number> {
  const helper = startSubject('engines-process.ts', [], signal);
  try {
    const endpoints = await helper.ask<Record<'sqs' | 'dynamoDb', string>>({
      ask: 'start',
    } satisfies Question);
    const sqs = sqsClient({ endpoint: endpoints.sqs });
    const dynamoDb = dynamoDbClient({ endpoint: endpoints.dynamoDb });
    const { queueUrl } = await createQueuePair(sqs);
    const ledger = new DynamoDbLedger({
      table: ledgerTableOf(dynamoDb),
      tableName: await createLedgerTable(dynamoDb),
      retentionDays: 100,
    });
    const cpuMs = async () => (await helper.ask<CpuParts>({ ask: 'cpu' } satisfies Question))['engines'] ?? 0;
    await callsOf(events / 2, 'warm', sqs, queueUrl, ledger);
    const before = await cpuMs();
    await callsOf(events, 'run', sqs, queueUrl, ledger);
    const perEventMs = ((await cpuMs()) - before) / events;
    sqs.destroy();
    dynamoDb.destroy();
    return perEventMs;
  } finally {
    await helper.stop();
  }
}

async function callsOf(
  events: number,
  prefix: string,
  sqs: SQSClient,
  QueueUrl: string,
  ledger: DynamoDbLedger,
): Promise<void> {
  for (let done = 0; done < events; done += BATCH) {
    await Promise.all(
      Array.from({ length: BATCH }, (_, index) =>
        eventCalls(`${prefix}_${done + index}`, sqs, QueueUrl, ledger),
      ),
    );
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: BATCH,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length !== BATCH) throw new Error(`${Messages.length} messages came, not ${BATCH}`);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    // Safe to delete: the queue is this benchmark's own, and its messages stand for nothing.
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function eventCalls(
  id: string,
  sqs: SQSClient,
  QueueUrl: string,
  ledger: DynamoDbLedger,
): Promise<void> {
  const body = syncBody(BODY_BYTES);
  const nowMs = Date.now();
  const message = toQueueMessage({
    id,
    timestamp: String(Math.floor(nowMs / 1_000)),
    body: Buffer.from(body),
    receivedAtMs: nowMs,
  });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...message }));
  const claim = { eventId: id, owner: id, leaseExpiresAtMs: nowMs + 40_000, alone: false };
  const event = {
    eventId: id,
    bodySha256: '0'.repeat(64),
    eventType: 'sync.complete',
    receivedAtMs: nowMs,
    sentAtMs: nowMs,
    signedAtSeconds: 1,
    customerId: 'example-customer',
    connectionId: '00000000-0000-4000-8000-00000000000c',
    providerName: 'hubspot',
  };
  const claimed = await ledger.claim(event, claim, nowMs);
  if (claimed.outcome !== 'claimed') throw new Error(`the claim ended as ${claimed.outcome}`);
  await ledger.complete(
    claim,
    { completed: { 'alert-on-sync-error': nowMs }, failedForGood: {}, failures: [], attempts: 1 },
    nowMs,
  );
}
