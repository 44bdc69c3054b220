import { createRequire } from 'node:module';
import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LEDGER_KEY } from '../../../lambdas/contract/ledger-table.ts';
import { cacheConditions, type Parse, type ParserContext } from '../../../local/engines/condition-cache.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';

const require = createRequire(import.meta.url);
const parser: { parse: Parse } = require('dynalite/db/conditionParser');

function counted() {
  let calls = 0;
  const cached = cacheConditions((expression, options) => {
    calls += 1;
    return parser.parse(expression, options);
  });
  return { cached, calls: () => calls };
}

function context(attrVals: Record<string, Record<string, unknown>>, attrNames = { '#s': 'status' }) {
  const all = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, true] as const));
  return {
    attrNames,
    attrVals,
    unusedAttrNames: all(attrNames),
    unusedAttrVals: all(attrVals),
    isReserved: () => false,
    compare: (_operator: string, one: { N: string }, other: { N: string }) => Number(one.N) > Number(other.N),
  } satisfies ParserContext & Record<string, unknown>;
}

const EXPRESSION = '#s = :status OR (size(body) > :size AND missing <> :status)';

describe('a cached condition', () => {
  test('is parsed once and has each call’s own values', () => {
    const { cached, calls } = counted();
    for (const [status, size] of [
      ['FAILED', '1'],
      ['DONE', '22'],
      ['FAILED', '1'],
    ] as const) {
      const values = { ':status': { S: status }, ':size': { N: size } };
      const used = context(values);
      expect(cached(EXPRESSION, { context: used })).toEqual(
        parser.parse(EXPRESSION, { context: context(values) }),
      );
      expect(used).toMatchObject({ unusedAttrNames: {}, unusedAttrVals: {} });
    }
    expect(calls()).toBe(1);
  });

  test('leaves what the expression does not use as unused, every time', () => {
    const { cached } = counted();
    for (let run = 0; run < 2; run += 1) {
      const used = context({ ':status': { S: 'x' }, ':other': { S: 'y' } }, { '#s': 'status' });
      cached('#s = :status', { context: used });
      expect(used.unusedAttrVals).toEqual({ ':other': true });
    }
  });

  test.each([
    ['another name', context({ ':v': { S: 'x' } }, { '#s': 'state' })],
    ['another type of value', context({ ':v': { N: '1' } })],
  ])('is not used for %s', (_name, other) => {
    const { cached, calls } = counted();
    cached('#s = :v', { context: context({ ':v': { S: 'x' } }) });
    expect(cached('#s = :v', { context: other })).toEqual(parser.parse('#s = :v', { context: other }));
    expect(calls()).toBe(2);
  });

  test('is not made of errors or of operators that look at values', () => {
    const { cached } = counted();
    const between = (from: string, to: string) =>
      cached('n BETWEEN :from AND :to', {
        context: context({ ':from': { N: from }, ':to': { N: to } }, {} as never),
      });
    expect(between('1', '2')).not.toEqual(expect.any(String));
    expect(between('2', '1')).toMatch(/upper bound/);
    const wrong = () => cached('begins_with(a, :v)', { context: context({ ':v': { N: '1' } }) });
    expect(wrong()).toMatch(/Incorrect operand type/);
    expect(wrong()).toMatch(/Incorrect operand type/);
  });
});

describe('in the engine', () => {
  let engines: TestEngines;
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(() => engines.stopAll());

  test('the same condition decides by each request’s values', async () => {
    const TableName = await engines.createLedgerTable();
    const Key = { [LEDGER_KEY]: { S: 'msg_1' } };
    await engines.dynamoDb.send(new PutItemCommand({ TableName, Item: { ...Key, lease: { N: '10' } } }));
    const claim = (now: string) =>
      engines.dynamoDb
        .send(
          new UpdateItemCommand({
            TableName,
            Key,
            UpdateExpression: 'SET attempts = if_not_exists(attempts, :zero) + :one',
            ConditionExpression: `attribute_not_exists(${LEDGER_KEY}) OR (lease <= :now)`,
            ExpressionAttributeValues: { ':now': { N: now }, ':zero': { N: '0' }, ':one': { N: '1' } },
          }),
        )
        .then(
          () => 'claimed',
          (error: Error) => error.name,
        );
    const answers = [];
    for (const now of ['9', '10', '3', '11']) answers.push(await claim(now));
    expect(answers).toEqual([
      'ConditionalCheckFailedException',
      'claimed',
      'ConditionalCheckFailedException',
      'claimed',
    ]);
  });
});
