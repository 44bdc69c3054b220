import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const client = new DynamoDBClient({});
const TableName = process.env['IDEMPOTENCY_TABLE_NAME'];
let runs = 0;

export const handlerRuns = () => runs;

/** Two bare writes for each record, records in parallel: what the SDK costs anybody who keeps a record. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  await Promise.all(
    event.Records.map(async ({ messageAttributes }) => {
      const id = { S: messageAttributes['svix-id']?.stringValue ?? '' };
      await client.send(
        new PutItemCommand({
          TableName,
          Item: { id, status: { S: 'INPROGRESS' }, expiration: { N: String(Date.now()) } },
        }),
      );
      runs += 1;
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: { id },
          UpdateExpression: 'SET #status = :status, expiration = :expiration',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':status': { S: 'COMPLETED' },
            ':expiration': { N: String(Date.now()) },
          },
        }),
      );
    }),
  );
  return { batchItemFailures: [] };
}
