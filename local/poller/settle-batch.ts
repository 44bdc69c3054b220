import type { SQSRecord } from 'aws-lambda';
import type { EventSourceModel } from '../assembly/stack-model.ts';
import type { SettledRecord } from '../cloud-events.ts';
import { ACTIONS } from '../engines/sqs/actions.ts';
import type { Invocation } from '../runtime/local-function.ts';
import { type BatchAnswer, readBatchAnswer } from './batch-answer.ts';
import type { PollerOptions } from './poller-options.ts';

const DELETE_LIMIT = 10;

/** Invokes the function and deletes what it is done with. Never rejects: what is not deleted comes back. */
export async function settleBatch(options: PollerOptions, records: readonly SQSRecord[]): Promise<void> {
  const { source, target, observer } = options;
  const { requestId, outcome } = await target.invoke(JSON.stringify({ Records: records }));
  const answer = answerOf(source, outcome, records);
  const done = answer.ok ? records.filter(({ messageId }) => !answer.failed.has(messageId)) : [];
  const deleted = deleteMessages(options, done);
  observer({
    type: 'batch-settled',
    functionName: target.name,
    requestId,
    result: outcome.ok ? 'success' : outcome.result,
    records: records.map((record) => settledRecord(record, deleted)),
    ...(outcome.ok && !answer.ok ? { refusedAnswer: answer.reason } : {}),
  });
}

function answerOf(
  source: EventSourceModel,
  outcome: Invocation['outcome'],
  records: readonly SQSRecord[],
): BatchAnswer {
  if (!outcome.ok) return { ok: false, reason: outcome.result };
  if (!source.reportsItemFailures) return { ok: true, failed: new Set() };
  return readBatchAnswer(outcome.payload, new Set(records.map(({ messageId }) => messageId)));
}

function deleteMessages(
  { source, queues, observer }: PollerOptions,
  records: readonly SQSRecord[],
): ReadonlySet<string> {
  const deleted = new Set<string>();
  for (let start = 0; start < records.length; start += DELETE_LIMIT) {
    const Entries = records
      .slice(start, start + DELETE_LIMIT)
      .map(({ messageId, receiptHandle }) => ({ Id: messageId, ReceiptHandle: receiptHandle }));
    try {
      const { Successful } = ACTIONS.DeleteMessageBatch(queues, { QueueUrl: source.queueUrl, Entries });
      for (const { Id } of Successful) deleted.add(Id);
    } catch (error) {
      observer({ type: 'poll-failed', queueUrl: source.queueUrl, error });
    }
  }
  return deleted;
}

function settledRecord(record: SQSRecord, deleted: ReadonlySet<string>): SettledRecord {
  const attributes: Record<string, string> = {};
  for (const [name, { stringValue }] of Object.entries(record.messageAttributes)) {
    if (stringValue !== undefined) attributes[name] = stringValue;
  }
  return {
    messageId: record.messageId,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    attributes,
    outcome: deleted.has(record.messageId) ? 'acknowledged' : 'returned',
  };
}
