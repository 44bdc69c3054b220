import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  FAILURES_INDEX_KEY,
  FAILURES_INDEX_SORT_KEY,
  LEDGER_KEY,
} from '../../lambdas/contract/ledger-table.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { isRefusedWrite } from '../../lambdas/runtime/refused-write.ts';
import type { Target } from '../core/target.ts';

const DEAD = 'DEAD#';

/** Redriven by somebody else since the plan, the event may have failed once more: that letter is another one. */
const SAME_FAILURE = 'body_sha256 = :body_sha256 AND #failed_at_ms = :failed_at_ms';

/** Whether the failures index lists the event as dead. */
export function isListedAsDead({ failure_bucket: bucket }: LedgerRecord): boolean {
  return bucket?.startsWith(DEAD) === true;
}

/**
 * Takes the event of deleted letters out of the failures index; the record itself stays, for its handlers' sake.
 * Nothing is done when the record tells of another body or of a later failure: then the entry is not of these letters.
 */
export async function clearFailure(target: Target, record: LedgerRecord): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: target.ledgerTableName,
    Key: { [LEDGER_KEY]: { S: record.event_id } },
    UpdateExpression: 'REMOVE #bucket',
    ConditionExpression: `${SAME_FAILURE} AND begins_with(#bucket, :dead)`,
    ExpressionAttributeNames: { '#bucket': FAILURES_INDEX_KEY, '#failed_at_ms': FAILURES_INDEX_SORT_KEY },
    ExpressionAttributeValues: {
      ':body_sha256': { S: record.body_sha256 },
      ':failed_at_ms': { N: String(record.failed_at_ms ?? 0) },
      ':dead': { S: DEAD },
    },
  });
  await target.clients.dynamoDb.send(command).catch((error: unknown) => {
    if (!isRefusedWrite(error)) throw error;
  });
}
