import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { type LedgerRecord, parseRecord } from '../../lambdas/ledger/record.ts';
import type { Target } from './target.ts';

/** The ledger's record of an event, read consistently; undefined when there is none. */
export async function readLedgerRecord(
  target: Target,
  eventId: string,
  abortSignal: AbortSignal,
): Promise<LedgerRecord | undefined> {
  const command = new GetItemCommand({
    TableName: target.ledgerTableName,
    Key: { [LEDGER_KEY]: { S: eventId } },
    ConsistentRead: true,
  });
  const { Item } = await target.clients.dynamoDb.send(command, { abortSignal });
  return Item === undefined ? undefined : parseRecord(Item);
}
