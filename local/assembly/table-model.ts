import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Properties } from './properties.ts';

/**
 * Keys and indexes as CloudFormation has them are what CreateTable takes. Recovery, deletion protection,
 * encryption and replicas have no meaning here; TTL is not run by the engine, so nothing expires locally.
 */
export function tableModel(name: string, table: Properties): CreateTableCommandInput {
  const indexes = table.list('GlobalSecondaryIndexes') as CreateTableCommandInput['GlobalSecondaryIndexes'];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: table.list(
      'AttributeDefinitions',
    ) as CreateTableCommandInput['AttributeDefinitions'],
    KeySchema: table.list('KeySchema') as CreateTableCommandInput['KeySchema'],
    ...(indexes === undefined || indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({
            IndexName,
            KeySchema,
            Projection,
          })),
        }),
  };
}
