/**
 * The condition of a write to DynamoDB did not hold; `Item` is there where the write asked for it. By name: two copies
 * of the SDK in one process have two classes.
 */
export function isRefusedWrite<Item>(error: unknown): error is Error & { readonly Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
