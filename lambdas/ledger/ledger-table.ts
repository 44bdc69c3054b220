import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { LedgerTable } from './dynamodb-ledger.ts';

/** DynamoDB itself as the ledger calls it. */
export function ledgerTableOf(client: DynamoDBClient): LedgerTable {
  return {
    updateItem: (input) => client.send(new UpdateItemCommand(input)),
    getItem: (input) => client.send(new GetItemCommand(input)),
  };
}
