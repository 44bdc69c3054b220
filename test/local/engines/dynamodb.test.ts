import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LEDGER_KEY } from '../../../lambdas/contract/ledger-table.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';

const KEY = { [LEDGER_KEY]: { S: 'msg_1' } };
const ITEM = { ...KEY, owner: { S: 'somebody' }, handlers: { M: { audit: { N: '1' } } } };

async function withItem(engines: TestEngines): Promise<string> {
  const TableName = await engines.createLedgerTable();
  await engines.dynamoDb.send(new PutItemCommand({ TableName, Item: ITEM }));
  return TableName;
}

function refusedWrites(TableName: string, ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE') {
  const condition = {
    TableName,
    ConditionExpression: `attribute_not_exists(${LEDGER_KEY})`,
    ...(ReturnValuesOnConditionCheckFailure && { ReturnValuesOnConditionCheckFailure }),
  };
  return [
    new PutItemCommand({ ...condition, Item: KEY }),
    new DeleteItemCommand({ ...condition, Key: KEY }),
    new UpdateItemCommand({
      ...condition,
      Key: KEY,
      UpdateExpression: 'SET attempts = :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  ];
}

async function refusalsOf(engines: TestEngines, commands: ReturnType<typeof refusedWrites>) {
  const refusals: ConditionalCheckFailedException[] = [];
  for (const command of commands) {
    const refusal: unknown = await engines.dynamoDb
      .send(command as PutItemCommand)
      .catch((error: unknown) => error);
    if (!(refusal instanceof ConditionalCheckFailedException)) throw new Error('the write was not refused');
    refusals.push(refusal);
  }
  return refusals;
}

describe('as DynamoDB', () => {
  let engines: TestEngines;
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(() => engines.stopAll());

  test('a refused write gives the item when asked to', async () => {
    const refusals = await refusalsOf(engines, refusedWrites(await withItem(engines), 'ALL_OLD'));
    expect(refusals.map(({ Item }) => Item)).toEqual([ITEM, ITEM, ITEM]);
  });

  test('and does not when not asked to', async () => {
    const table = await withItem(engines);
    const refusals = await refusalsOf(engines, [...refusedWrites(table), ...refusedWrites(table, 'NONE')]);
    expect(refusals.map(({ Item }) => Item)).toEqual(new Array(6).fill(undefined));
  });

  test('an item that is absent is not given', async () => {
    const TableName = await engines.createLedgerTable();
    const command = new DeleteItemCommand({
      TableName,
      Key: KEY,
      ConditionExpression: `attribute_exists(${LEDGER_KEY})`,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const refusal = await engines.dynamoDb.send(command).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
    expect(refusal).toHaveProperty('Item', undefined);
  });

  test('of concurrent claims each loser sees the winner', async () => {
    const TableName = await engines.createLedgerTable();
    const claim = (owner: string) =>
      engines.dynamoDb
        .send(
          new PutItemCommand({
            TableName,
            Item: { ...KEY, owner: { S: owner } },
            ConditionExpression: `attribute_not_exists(${LEDGER_KEY})`,
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        )
        .then(
          () => owner,
          (error: ConditionalCheckFailedException) => error.Item?.['owner']?.S,
        );
    const winners = await Promise.all(Array.from({ length: 20 }, (_, index) => claim(`owner-${index}`)));
    expect(new Set(winners).size).toBe(1);
    expect(winners[0]).toMatch(/^owner-\d+$/);
  });
});

test('raw dynalite ignores the parameter, also beside an engine that honours it', async () => {
  const [raw, faithful] = await Promise.all([
    startEngines({ returnItemsOnRefusedWrite: false }),
    startEngines(),
  ]);
  try {
    const [rawRefusals, faithfulRefusals] = await Promise.all([
      refusalsOf(raw, refusedWrites(await withItem(raw), 'ALL_OLD')),
      refusalsOf(faithful, refusedWrites(await withItem(faithful), 'ALL_OLD')),
    ]);
    expect(rawRefusals.map(({ Item }) => Item)).toEqual([undefined, undefined, undefined]);
    expect(faithfulRefusals.map(({ Item }) => Item)).toEqual([ITEM, ITEM, ITEM]);
  } finally {
    await Promise.all([raw.stopAll(), faithful.stopAll()]);
  }
});
