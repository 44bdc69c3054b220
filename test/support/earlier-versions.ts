import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';

type Item = Record<string, AttributeValue>;

const CLAUSE = ' AND (attribute_not_exists(lettered_at_ms)';
const ASSIGNMENTS = /, lettered_\w+ = :lettered_\w+/g;
const NEW_VALUES = /^:(lettered_\w+|sent_at_ms|signed_at_seconds)$/;

const COMPLETES = 'completed_at_ms = :now_ms';
const OF_THE_ATTEMPT = /, status_before, attempts_spent, updated_at_ms(, #owner)?(, attempts)?$/;

/** The table as a consumer of version 0.2 uses it: a completing write left all that the attempt had written. */
export function asVersion02(table: LedgerTable): LedgerTable {
  return {
    updateItem({ UpdateExpression = '', ...input }) {
      if (!UpdateExpression.includes(COMPLETES)) return table.updateItem({ UpdateExpression, ...input });
      const isFirst = UpdateExpression.includes('handlers = if_not_exists');
      const claimed = isFirst ? ', status_before = if_not_exists(#status, :failed)' : '';
      const { ':failures': _, ...values } = input.ExpressionAttributeValues ?? {};
      return table.updateItem({
        ...input,
        ExpressionAttributeValues: values,
        UpdateExpression: UpdateExpression.replace(OF_THE_ATTEMPT, '')
          .replace(', failures = :failures', '')
          .replace(COMPLETES, `${COMPLETES}, updated_at_ms = :now_ms${claimed}`),
      });
    },
    getItem: (input) => table.getItem(input),
  };
}

/** The table as a consumer of version 0.1 uses it: it knew nothing of letters either, neither writing nor reading. */
export function asVersion01(current: LedgerTable): LedgerTable {
  const table = asVersion02(current);
  return {
    async updateItem({ ConditionExpression = '', UpdateExpression = '', ...input }) {
      const values = Object.entries(input.ExpressionAttributeValues ?? {});
      const asked = {
        ...input,
        ConditionExpression: withoutClause(ConditionExpression),
        UpdateExpression: UpdateExpression.replace(ASSIGNMENTS, ''),
        ExpressionAttributeValues: Object.fromEntries(values.filter(([name]) => !NEW_VALUES.test(name))),
      };
      if (/lettered/.test(asked.ConditionExpression + asked.UpdateExpression)) {
        throw new TypeError(`version 0.1 never asked for ${asked.ConditionExpression}`);
      }
      try {
        const answer = await table.updateItem(asked);
        return answer.Attributes === undefined
          ? answer
          : { ...answer, Attributes: unlettered(answer.Attributes) };
      } catch (error) {
        if (error instanceof Error && 'Item' in error && error.Item !== undefined) {
          error.Item = unlettered(error.Item as Item);
        }
        throw error;
      }
    },
    async getItem(input) {
      const answer = await table.getItem(input);
      return answer.Item === undefined ? answer : { ...answer, Item: unlettered(answer.Item) };
    },
  };
}

/** Without the parenthesis that asks for the letter, however long it is. */
function withoutClause(condition: string): string {
  const from = condition.indexOf(CLAUSE);
  if (from < 0) return condition;
  let to = from + ' AND ('.length;
  for (let open = 1; open > 0; to++) open += { '(': 1, ')': -1 }[condition[to] ?? ')'] ?? 0;
  return condition.slice(0, from) + condition.slice(to);
}

function unlettered(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith('lettered_')));
}
