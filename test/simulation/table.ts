import type {
  AttributeValue,
  GetItemCommandInput,
  GetItemCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import {
  type Comparison,
  type Condition,
  type Item,
  type Operand,
  type Path,
  parseCondition,
  parseUpdate,
  TableValidationError,
} from './expressions.ts';

/** A write that its condition refused. */
export class ConditionalCheckFailed extends Error {
  override readonly name = 'ConditionalCheckFailedException';
  readonly $fault = 'client';
  readonly Item?: Record<string, AttributeValue>;

  constructor(item: Item | undefined) {
    super('The conditional request failed');
    if (item !== undefined) this.Item = { ...item };
  }
}

export type TableInput = UpdateItemCommandInput;
export interface AppliedWrite {
  readonly key: string;
  readonly input: TableInput;
  readonly before: Item | undefined;
  readonly after: Item;
}

const INVALID_PATH = 'the document path provided in the update expression is invalid for update';
const ANSWER = { $metadata: {} } as const;
const UNDERSTOOD = new Set([
  'TableName',
  'Key',
  'UpdateExpression',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValues',
  'ReturnValuesOnConditionCheckFailure',
]);

/** One DynamoDB table: conditional UpdateItem and consistent GetItem, each at once and as a whole. */
export class SimulatedTable {
  readonly items = new Map<string, Item>();
  readonly #onApplied: (write: AppliedWrite) => void;
  readonly #returnsRefusingItem: boolean;

  constructor(options: {
    readonly onApplied?: (write: AppliedWrite) => void;
    /** Dynalite does not return the item that refused a write; DynamoDB does. Default true. */
    readonly returnsRefusingItem?: boolean;
  }) {
    this.#onApplied = options.onApplied ?? (() => undefined);
    this.#returnsRefusingItem = options.returnsRefusingItem ?? true;
  }

  get(input: GetItemCommandInput): GetItemCommandOutput {
    if (input.ConsistentRead !== true) throw new TableValidationError('only consistent reads are simulated');
    const item = this.items.get(keyOf(input.Key));
    return item === undefined ? ANSWER : { ...ANSWER, Item: { ...item } };
  }

  update(input: TableInput): UpdateItemCommandOutput {
    const unknown = Object.keys(input).find((name) => !UNDERSTOOD.has(name));
    if (unknown !== undefined) throw new TableValidationError(`${unknown} is not simulated`);
    const key = keyOf(input.Key);
    const before = this.items.get(key);
    const update = parseUpdate(input.UpdateExpression ?? '');
    const condition = parseCondition(input.ConditionExpression ?? '');
    const bind = bindings(input, [update.placeholders, condition.placeholders]);
    if (!holds(condition.tree, before, bind)) {
      const asked = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && this.#returnsRefusingItem;
      throw new ConditionalCheckFailed(asked ? before : undefined);
    }
    const after: Record<string, AttributeValue> = { [LEDGER_KEY]: { S: key }, ...before };
    const paths = [...update.tree.set.map(({ path }) => path), ...update.tree.remove].map(bind.path);
    checkPaths(paths);
    for (const { path, to } of update.tree.set) assign(after, bind.path(path), evaluate(to, before, bind));
    for (const path of update.tree.remove) remove(after, bind.path(path));
    this.items.set(key, after);
    this.#onApplied({ key, input, before, after });
    return input.ReturnValues === 'ALL_OLD' && before !== undefined
      ? { ...ANSWER, Attributes: { ...before } }
      : ANSWER;
  }
}

interface Bindings {
  path(path: Path): Path;
  value(name: string): AttributeValue;
}

function bindings(input: TableInput, used: readonly ReadonlySet<string>[]): Bindings {
  const names = input.ExpressionAttributeNames ?? {};
  const values = input.ExpressionAttributeValues ?? {};
  for (const placeholder of [...Object.keys(names), ...Object.keys(values)]) {
    if (!used.some((placeholders) => placeholders.has(placeholder))) {
      throw new TableValidationError(`${placeholder} is not used in any expression`);
    }
  }
  const bound = <T>(map: Readonly<Record<string, T>>, placeholder: string): T => {
    const found = map[placeholder];
    if (found === undefined) throw new TableValidationError(`${placeholder} is not defined`);
    return found;
  };
  return {
    path: (path) => path.map((step) => (step.startsWith('#') ? bound(names, step) : step)),
    value: (name) => bound(values, name),
  };
}

function keyOf(key: Readonly<Record<string, AttributeValue>> | undefined): string {
  const value = key?.[LEDGER_KEY]?.S;
  if (value === undefined || value === '' || Object.keys(key ?? {}).length !== 1) {
    throw new TableValidationError('the key does not match the schema');
  }
  return value;
}

function read(item: Item | undefined, path: Path): AttributeValue | undefined {
  const [first = '', ...rest] = path;
  let value = item?.[first];
  for (const step of rest) value = value?.M?.[step];
  return value;
}

function evaluate(operand: Operand, item: Item | undefined, bind: Bindings): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return bind.value(operand.name);
    case 'path': {
      const value = read(item, bind.path(operand.path));
      if (value === undefined) throw new TableValidationError('an operand refers to a missing attribute');
      return value;
    }
    case 'if_not_exists':
      return read(item, bind.path(operand.path)) ?? evaluate(operand.otherwise, item, bind);
    case 'sum': {
      const left = evaluate(operand.left, item, bind).N;
      const right = evaluate(operand.right, item, bind).N;
      if (left === undefined || right === undefined) throw new TableValidationError('+ takes numbers');
      return { N: String(Number(left) + Number(right)) };
    }
  }
}

function holds(condition: Condition, item: Item | undefined, bind: Bindings): boolean {
  switch (condition.kind) {
    case 'or':
      return holds(condition.left, item, bind) || holds(condition.right, item, bind);
    case 'and':
      return holds(condition.left, item, bind) && holds(condition.right, item, bind);
    case 'absent':
      return read(item, bind.path(condition.path)) === undefined;
    default: {
      const left = operandOrMissing(condition.left, item, bind);
      const right = operandOrMissing(condition.right, item, bind);
      if (left === undefined || right === undefined) return condition.kind === '<>';
      return compares(condition.kind, left, right);
    }
  }
}

/** In a condition a missing attribute makes the comparison false; it is no error. */
function operandOrMissing(operand: Operand, item: Item | undefined, bind: Bindings) {
  if (operand.kind === 'value') return bind.value(operand.name);
  if (operand.kind === 'path') return read(item, bind.path(operand.path));
  throw new TableValidationError('a condition takes paths and values alone');
}

function compares(operator: Comparison, left: AttributeValue, right: AttributeValue): boolean {
  if (left.N !== undefined && right.N !== undefined)
    return ordered(operator, Number(left.N), Number(right.N));
  if (left.S !== undefined && right.S !== undefined) return ordered(operator, left.S, right.S);
  // Values of two types are never equal and never in order.
  return operator === '<>';
}

function ordered<T extends number | string>(operator: Comparison, left: T, right: T): boolean {
  if (operator === '=') return left === right;
  if (operator === '<>') return left !== right;
  return operator === '<' ? left < right : left <= right;
}

function checkPaths(paths: readonly Path[]): void {
  const isPrefix = (a: Path, b: Path) => a.length <= b.length && a.every((step, index) => step === b[index]);
  paths.forEach((path, index) => {
    if (path[0] === LEDGER_KEY) throw new TableValidationError('the key cannot be updated');
    if (paths.some((other, otherIndex) => otherIndex !== index && isPrefix(path, other))) {
      throw new TableValidationError(`two document paths overlap: ${path.join('.')}`);
    }
  });
}

function assign(item: Record<string, AttributeValue>, path: Path, value: AttributeValue): void {
  const [first = '', key, ...deeper] = path;
  if (key === undefined) {
    item[first] = value;
    return;
  }
  const map = item[first]?.M;
  if (map === undefined || deeper.length > 0) {
    throw new TableValidationError(INVALID_PATH);
  }
  item[first] = { M: { ...map, [key]: value } };
}

function remove(item: Record<string, AttributeValue>, path: Path): void {
  const [first = '', key, ...deeper] = path;
  if (key === undefined) {
    delete item[first];
    return;
  }
  const map = item[first]?.M;
  if (map === undefined || deeper.length > 0) throw new TableValidationError(INVALID_PATH);
  const { [key]: _, ...kept } = map;
  item[first] = { M: kept };
}
