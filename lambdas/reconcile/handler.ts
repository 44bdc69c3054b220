import '../runtime/source-lines.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { ReconcileEnvironment } from '../contract/environment.ts';
import { ReconcileMetric } from '../contract/metrics.ts';
import { needsSomebody, type ReconcileReport, type ReconcileRequest } from '../contract/reconcile.ts';
import { createSupaglueApi } from '../database/supaglue/api.ts';
import { type QueueMessage, toQueueMessage } from '../ingest/message.ts';
import { Contents } from '../ledger/contents.ts';
import { ledgerTableOf } from '../ledger/ledger-table.ts';
import { clientOptions } from '../runtime/client-options.ts';
import { requireInteger, requireText } from '../runtime/environment.ts';
import { readStoredText } from '../runtime/secret-text.ts';
import { type ReconcileDependencies, runReconcile } from './run.ts';
import { settingsOf } from './settings.ts';
import { SnapshotStore } from './snapshot-store.ts';

/** For what follows the last answer: look-ups, the snapshot, the queue. */
const MARGIN_MS = 60_000;

const { env } = process;
const logger = new Logger();
const metrics = new Metrics();
const bounds = clientOptions({ connectTimeoutMs: 1_000, requestTimeoutMs: 4_000, maxAttempts: 4 });
const dynamoDb = new DynamoDBClient(bounds);
const sqs = new SQSClient(bounds);
const queueUrl = requireText(env, ReconcileEnvironment.QUEUE_URL);
const tableName = requireText(env, ReconcileEnvironment.LEDGER_TABLE_NAME);
const secretId = requireText(env, ReconcileEnvironment.SUPAGLUE_API_KEY_SECRET_ID);
const table = ledgerTableOf(dynamoDb);

const dependencies: Omit<ReconcileDependencies, 'untilMs'> = {
  api: createSupaglueApi({
    readApiKey: () => readStoredText(secretId),
    url: requireText(env, ReconcileEnvironment.SUPAGLUE_API_URL),
  }),
  settings: settingsOf(env),
  maximumCalls: requireInteger(env, ReconcileEnvironment.MAX_CALLS, 1),
  snapshots: new SnapshotStore(table, tableName),
  contents: new Contents(table, tableName),
  nowMs: Date.now,
  sleep: (ms) => sleep(ms),
  async enqueue({ id, body, sinceSeconds, atMs }) {
    const event = { id, timestamp: String(sinceSeconds), body: Buffer.from(body), receivedAtMs: atMs };
    await sqs.send(
      new SendMessageCommand({ QueueUrl: queueUrl, ...(toQueueMessage(event) as QueueMessage) }),
    );
  },
};

/** Lambda's entry: by the schedule without a request, by the command with one. */
export async function handler(request: ReconcileRequest, context: Context): Promise<ReconcileReport> {
  const untilMs = Date.now() + context.getRemainingTimeInMillis() - MARGIN_MS;
  const report = await runReconcile(request, { ...dependencies, untilMs });
  const { gaps, ...rest } = report;
  for (const gap of gaps) logger.info('no event told it', { ...gap, event_id: gap.id });
  const isAlarming = report.stopped.some(needsSomebody);
  const lineOf = isAlarming ? 'warn' : 'info';
  logger[lineOf]('reconciled', { ...rest, gaps: gaps.length, dry_run: request.dryRun === true });
  if (report.stopped.includes('too-many-gone')) {
    const { missing } = report.connections;
    logger.warn(
      `nothing is deleted: look at Supaglue, then: npx supaglue-webhooks reconcile --stack NAME --allow-gone ${missing}`,
    );
  }
  if (request.dryRun !== true) {
    metrics.addMetric(ReconcileMetric.GAPS_FOUND, 'Count', gaps.length);
    metrics.addMetric(ReconcileMetric.RECONCILE_STOPPED, 'Count', Number(isAlarming));
    metrics.publishStoredMetrics();
  }
  return report;
}
