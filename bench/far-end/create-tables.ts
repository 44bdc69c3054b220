import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import { IDEMPOTENCY_TABLE, LEDGER_TABLE } from './function-environment.ts';

/** The tables of both consumers. The ledger's index is left out: on the happy path nothing is written to it. */
export async function createTables(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_CLIENT, endpoint });
  try {
    for (const [TableName, AttributeName] of [
      [LEDGER_TABLE, LEDGER_KEY],
      [IDEMPOTENCY_TABLE, 'id'],
    ] as const) {
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName, AttributeType: 'S' }],
        }),
      );
    }
  } finally {
    client.destroy();
  }
}
