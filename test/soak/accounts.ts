import { ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { type LedgerRecord, parseRecord } from '../../lambdas/ledger/record.ts';
import { type QueueDepth, readQueueDepth } from '../../operator/core/queue-depth.ts';
import type { Target } from '../../operator/core/target.ts';
import type { DeadLetter } from '../../operator/dead-letters/dead-letter.ts';
import { lookAtDeadLetters } from '../../operator/dead-letters/look.ts';
import type { RunsByHandler } from './effect-counter.ts';
import type { Fault } from './fault-log.ts';
import type { SentEvent } from './sender.ts';

/** All that the balance is drawn from: what was sent, what the engines hold, and what the handlers did. */
export interface Accounts {
  readonly sent: ReadonlyMap<string, SentEvent>;
  readonly forged: ReadonlySet<string>;
  /** The ledger, by svix-id. */
  readonly records: ReadonlyMap<string, LedgerRecord>;
  readonly letters: readonly DeadLetter[];
  /** Left on the main queue. */
  readonly queue: QueueDepth;
  readonly runs: ReadonlyMap<string, RunsByHandler>;
  faultsOf(eventId: string): readonly Fault[];
  /** Attempts of one budget. */
  readonly maxAttempts: number;
}

/** What the engines hold, read directly. */
export async function readEngines(
  target: Target,
  signal: AbortSignal,
): Promise<Pick<Accounts, 'records' | 'letters' | 'queue'>> {
  const records = await readLedger(target, signal);
  const queue = await readQueueDepth(target, target.queueUrl, signal);
  const depth = await readQueueDepth(target, target.deadLetterQueueUrl, signal);
  const { letters } = await lookAtDeadLetters(target, { signal });
  if (letters.length !== depth.visible + depth.hidden) {
    throw new Error(
      `the dead-letter queue holds ${depth.visible + depth.hidden} messages, and gave ${letters.length}`,
    );
  }
  return { records, letters, queue };
}

async function readLedger(target: Target, abortSignal: AbortSignal): Promise<Map<string, LedgerRecord>> {
  const records = new Map<string, LedgerRecord>();
  let startKey: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const page: ScanCommandOutput = await target.clients.dynamoDb.send(
      new ScanCommand({
        TableName: target.ledgerTableName,
        ConsistentRead: true,
        ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      }),
      { abortSignal },
    );
    for (const item of page.Items ?? []) {
      const record = parseRecord(item);
      records.set(record.event_id, record);
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
  return records;
}
