import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Properties } from './properties.ts';

/**
 * Keys and indexes as CloudFormation has them are what CreateTable takes. Recovery, deletion protection,
 * encryption, streams and replicas have no meaning here; TTL is not run by the engine, so nothing expires locally.
 */
export function tableModel(name: string, table: Properties): CreateTableCommandInput {
  type Index = NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>[number];
  const indexesOf = (property: string) => {
    const indexes = (table.list(property) as readonly Index[]).map(
      ({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      }),
    );
    return indexes.length === 0 ? undefined : indexes;
  };
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: table.list(
      'AttributeDefinitions',
    ) as CreateTableCommandInput['AttributeDefinitions'],
    KeySchema: table.list('KeySchema') as CreateTableCommandInput['KeySchema'],
    GlobalSecondaryIndexes: indexesOf('GlobalSecondaryIndexes'),
    LocalSecondaryIndexes: indexesOf('LocalSecondaryIndexes'),
  };
}
