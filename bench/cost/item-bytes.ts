import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * Size of an item as DynamoDB counts it:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

/** A map or a list costs three bytes, and one more for each element. */
const CONTAINER_BYTES = 3;

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.M !== undefined) return CONTAINER_BYTES + Object.keys(value.M).length + itemBytes(value.M);
  if (value.L !== undefined) {
    return CONTAINER_BYTES + value.L.reduce((sum, each) => sum + 1 + valueBytes(each), 0);
  }
  throw new Error(`the ledger writes no ${Object.keys(value).join()}`);
}

/** About one byte for two significant digits, and one more. */
function numberBytes(text: string): number {
  const digits = text.replace(/^-|\./g, '').replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1;
}
